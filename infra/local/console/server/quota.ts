import { METRIC } from '../../../../shared/upload/metrics.ts';
import type { Overview } from '../shared/wire.ts';

/** Reads from the functions' metrics how many requests Pinterest still allows each account. */
export class Quota {
  readonly #simulated: boolean;
  /** Requests left by account; the key is undefined for the only account. */
  readonly #left = new Map<string | undefined, number>();

  constructor(simulated: boolean) {
    this.#simulated = simulated;
  }

  /** @param line an output line of a function; metrics are lines in the embedded metric format */
  read(line: string): void {
    if (!line.includes('"_aws"') || !line.includes(METRIC.quotaLeft)) return;
    try {
      const metrics = JSON.parse(line);
      const left = [metrics[METRIC.quotaLeft]].flat().at(-1);
      if (typeof left === 'number') this.#left.set(metrics['account'], left);
    } catch {
      // Ignore a truncated line.
    }
  }

  /** The quota of the account that has the fewest requests left. */
  known(): Overview['quota'] {
    const [fewest] = [...this.#left].sort(([, one], [, other]) => one - other);
    if (fewest) return { known: true, account: fewest[0], left: fewest[1] };
    return {
      known: false,
      why: this.#simulated
        ? 'The simulated Pinterest has no limit.'
        : 'Pinterest has not reported its limit since npm start was started.',
    };
  }
}
