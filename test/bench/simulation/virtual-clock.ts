import TinyQueue from 'tinyqueue';

interface Happening {
  /** Seconds since the simulation began. */
  at: number;
  /** Order of scheduling. It decides between two events at the same time. */
  order: number;
  happen: () => void;
}

/** A simulated clock: it jumps to the next event instead of waiting. */
export class VirtualClock {
  /** Seconds since the simulation began. */
  seconds = 0;
  readonly #ahead = new TinyQueue<Happening>([], (one, other) => one.at - other.at || one.order - other.order);
  #order = 0;

  /** Simulated milliseconds since 1970, in place of Date.now(). */
  readonly now = (): number => EPOCH_MS + this.seconds * 1000;
  readonly date = (): Date => new Date(this.now());

  sleep(seconds: number): Promise<void> {
    return new Promise((happen) => {
      this.#ahead.push({ at: this.seconds + Math.max(0, seconds), order: this.#order++, happen });
    });
  }

  /** Runs until no event is left. */
  async run(): Promise<void> {
    // First run the code that is pending now, including its promise callbacks.
    await new Promise(setImmediate);
    for (let next = this.#ahead.pop(); next; next = this.#ahead.pop()) {
      this.seconds = next.at;
      next.happen();
      await new Promise(setImmediate);
    }
  }
}

const EPOCH_MS = Date.parse('2026-01-01T00:00:00.000Z');
