import { METRIC } from '../../../../shared/upload/metrics.ts';
import type { Overview } from '../shared/wire.ts';

/** Reads from the functions' metrics how many requests Pinterest still allows. */
export class Quota {
  readonly #simulated: boolean;
  #left: number | undefined;

  constructor(simulated: boolean) {
    this.#simulated = simulated;
  }

  /** @param line an output line of a function; metrics are lines in the embedded metric format */
  read(line: string): void {
    if (!line.includes('"_aws"') || !line.includes(METRIC.quotaLeft)) return;
    try {
      const left = [JSON.parse(line)[METRIC.quotaLeft]].flat().at(-1);
      if (typeof left === 'number') this.#left = left;
    } catch {
      // Ignore a truncated line.
    }
  }

  known(): Overview['quota'] {
    if (this.#left !== undefined) return { known: true, left: this.#left };
    return {
      known: false,
      why: this.#simulated
        ? 'The simulated Pinterest has no limit.'
        : 'Pinterest has not reported its limit since npm start was started.',
    };
  }
}
