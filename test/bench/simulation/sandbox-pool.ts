/** The sandboxes of a Lambda function: one invocation at a time in each, what was kept in one is there the next time. */
export class SandboxPool<Kept> {
  readonly #create: () => Kept;
  readonly #now: () => number;
  readonly #idle: { kept: Kept; since: number }[] = [];
  /** Sandboxes made so far. */
  coldStarts = 0;
  invocations = 0;

  /** @param now milliseconds since 1970 */
  constructor(create: () => Kept, now: () => number) {
    this.#create = create;
    this.#now = now;
  }

  async invoke<Result>(handler: (kept: Kept) => Promise<Result>): Promise<Result> {
    this.invocations++;
    const kept = this.#take();
    try {
      return await handler(kept);
    } finally {
      this.#idle.push({ kept, since: this.#now() });
    }
  }

  /** Lambda says neither which idle sandbox it takes nor how long it keeps one: the one used last, ten minutes. */
  #take(): Kept {
    const last = this.#idle.pop();
    if (last && this.#now() - last.since <= IDLE_MS) return last.kept;
    this.coldStarts++;
    return this.#create();
  }
}

const IDLE_MS = 10 * 60 * 1000;
