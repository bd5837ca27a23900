import type { Overview } from '../shared/wire.ts';

const MINUTE_MS = 60_000;

/** Counts the uploaded bytes and the ended uploads of the last minute. */
export class Throughput {
  readonly #now: () => number;
  #uploads: { at: number; bytes: number }[] = [];
  #endings: number[] = [];

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** @param at epoch ms */
  uploaded(bytes: number, at: number): void {
    this.#uploads.push({ at, bytes });
  }

  ended(): void {
    this.#endings.push(this.#now());
  }

  lastMinute(): Overview['lastMinute'] {
    const since = this.#now() - MINUTE_MS;
    this.#uploads = this.#uploads.filter(({ at }) => at > since);
    this.#endings = this.#endings.filter((at) => at > since);
    return { files: this.#endings.length, uploadedBytes: this.#uploads.reduce((sum, { bytes }) => sum + bytes, 0) };
  }
}
