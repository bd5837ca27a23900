/** The sandboxes of a Lambda function: one invocation at a time in each, what was kept in one is there the next time. */
export class SandboxPool<Kept> {
  readonly #create: () => Kept;
  readonly #now: () => number;
  readonly #pick: (idle: number) => number;
  readonly #idle: { kept: Kept; since: number }[] = [];
  /** Sandboxes made so far. */
  coldStarts = 0;
  invocations = 0;
  /** Seconds that the invocations took, together. */
  busySeconds = 0;

  /**
   * @param now milliseconds since 1970
   * @param pick which of so many idle sandboxes is taken, of which the first is idle the longest
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

  /** Lambda says neither which idle sandbox it takes nor how long it keeps one: the one used last, ten minutes. */
  #take(): Kept {
    while (this.#idle[0] && this.#now() - this.#idle[0].since > IDLE_MS) this.#idle.shift();
    const [taken] = this.#idle.splice(this.#pick(this.#idle.length), 1);
    if (taken) return taken.kept;
    this.coldStarts++;
    return this.#create();
  }
}

const IDLE_MS = 10 * 60 * 1000;
