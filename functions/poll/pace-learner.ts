import type { ProcessingPace } from '../../shared/upload/processing-pace.ts';
import { learntPace, type Processed } from './processing-estimate.ts';

/** Nothing is written for less of a change than this factor, and not more often than once a minute. */
const WORTH_WRITING = 1.1;
const WRITTEN_EVERY_MS = 60_000;

/** Learns from each file how long files take, and lets the other functions know now and then. */
export class PaceLearner {
  readonly #shared: ProcessingPace;
  readonly #onError: (error: unknown) => void;
  readonly #now: () => number;
  #pace: number | undefined;
  #agreed = 0;
  #agreedAt = 0;

  /** @param onError told when the pace could be neither read nor written, for the log: it is a hint, and no file's end depends on it */
  constructor(shared: ProcessingPace, onError: (error: unknown) => void, now: () => number = Date.now) {
    this.#shared = shared;
    this.#onError = onError;
    this.#now = now;
  }

  async learn(processed: Processed): Promise<void> {
    try {
      if (this.#pace === undefined) this.#agree(await this.#shared.read());
      this.#pace = learntPace(this.#pace as number, processed);
      const moved = Math.max(this.#pace / this.#agreed, this.#agreed / this.#pace);
      if (moved < WORTH_WRITING || this.#now() - this.#agreedAt < WRITTEN_EVERY_MS) return;
      // Others have learnt from other files meanwhile: both count.
      const agreed = Math.sqrt(this.#pace * (await this.#shared.read()));
      await this.#shared.write(agreed);
      this.#agree(agreed);
    } catch (error) {
      this.#onError(error);
    }
  }

  #agree(pace: number): void {
    this.#pace = pace;
    this.#agreed = pace;
    this.#agreedAt = this.#now();
  }
}
