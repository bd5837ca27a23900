import TinyQueue from 'tinyqueue';

interface Happening {
  /** Seconds since the simulation began. */
  at: number;
  /** Of two at the same time, that which was said first comes first. */
  order: number;
  happen: () => void;
}

/** Time that passes as fast as what happens in it can be worked out. */
export class VirtualClock {
  /** Seconds since the simulation began. */
  seconds = 0;
  readonly #ahead = new TinyQueue<Happening>([], (one, other) => one.at - other.at || one.order - other.order);
  #order = 0;

  /** Milliseconds since 1970, for code that asks for the time of day. */
  readonly now = (): number => EPOCH_MS + this.seconds * 1000;
  readonly date = (): Date => new Date(this.now());

  sleep(seconds: number): Promise<void> {
    return new Promise((happen) => {
      this.#ahead.push({ at: this.seconds + Math.max(0, seconds), order: this.#order++, happen });
    });
  }

  /** Lets time pass until nothing is left to happen. */
  async run(): Promise<void> {
    for (let next = this.#ahead.pop(); next; next = this.#ahead.pop()) {
      this.seconds = next.at;
      next.happen();
      // Whatever follows from it at this very moment.
      await new Promise(setImmediate);
    }
  }
}

const EPOCH_MS = Date.parse('2026-01-01T00:00:00.000Z');
