/** The sandboxes of a Lambda function. Each runs one invocation at a time, and keeps its state for the next one. */
export class SandboxPool<Kept> {
  readonly #create: () => Kept;
  readonly #now: () => number;
  readonly #pick: (idle: number) => number;
  readonly #idle: { kept: Kept; since: number }[] = [];
  /** Number of sandboxes that were created. */
  coldStarts = 0;
  invocations = 0;
  /** Total duration of the invocations, in seconds. */
  busySeconds = 0;

  /**
   * @param now returns the simulated time in milliseconds since 1970
   * @param pick chooses the index of an idle sandbox; index 0 has been idle the longest
   */
  constructor(create: () => Kept, now: () => number, pick: (idle: number) => number = (idle) => idle - 1) {
    this.#create = create;
    this.#now = now;
    this.#pick = pick;
  }

  async invoke<Result>(handler: (kept: Kept) => Promise<Result>): Promise<Result> {
    this.invocations++;
    const begun = this.#now();
    const kept = this.#take();
    try {
      return await handler(kept);
    } finally {
      this.busySeconds += (this.#now() - begun) / 1000;
      this.#idle.push({ kept, since: this.#now() });
    }
  }

  /**
   * Lambda documents neither which idle sandbox it uses nor how long it keeps one. By default this pool uses the most
   * recently used sandbox. It keeps an idle sandbox for ten minutes.
   */
  #take(): Kept {
    while (this.#idle[0] && this.#now() - this.#idle[0].since > IDLE_MS) this.#idle.shift();
    const [taken] = this.#idle.splice(this.#pick(this.#idle.length), 1);
    if (taken) return taken.kept;
    this.coldStarts++;
    return this.#create();
  }
}

const IDLE_MS = 10 * 60 * 1000;
