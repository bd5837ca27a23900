import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../harness/seeded-random.ts';
import { machineDefinition, synthesized } from '../synthesized.ts';
import { MOST_EVENTS, RETRY_EVENTS } from './history-events.ts';

interface Retrier {
  ErrorEquals: string[];
  IntervalSeconds: number;
  BackoffRate: number;
  MaxAttempts: number;
  MaxDelaySeconds: number;
  JitterStrategy?: string;
}

const template = synthesized({ with: 'publish-pin' });
const states = (name?: string) =>
  machineDefinition(template, name)['States'] as Record<string, { Retry?: Retrier[]; Type: string }>;

const HOUR = 3600;

/**
 * Total hours of all the retries of a state, for 500 random runs, sorted.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html FULL jitter: 0 up to the wait
 */
function hoursOf([retrier]: Retrier[] = []): number[] {
  if (!retrier) throw new Error('The state is not retried.');
  const random = seededRandom(1);
  return Array.from({ length: 500 }, () => {
    let seconds = 0;
    for (let retry = 0; retry < retrier.MaxAttempts; retry++) {
      const wait = Math.min(retrier.MaxDelaySeconds, retrier.IntervalSeconds * retrier.BackoffRate ** retry);
      seconds += retrier.JitterStrategy === 'FULL' ? wait * random() : wait;
    }
    return seconds / HOUR;
  }).sort((a, b) => a - b);
}

const least = (sorted: number[]) => sorted[Math.floor(sorted.length / 50)] ?? 0;
const most = (sorted: number[]) => sorted.at(-1) ?? 0;

describe.each([
  ['media-status', undefined, 'Ask Pinterest', 'Emit the final event'],
  ['publish-pin', 'Pindrop-PublishPin', 'Prepare or look for the Pin', 'Emit the Pin event'],
])('the machine %s', (_, name, ask, emit) => {
  it('retries its function for more than a day when the function cannot run', () => {
    const hours = hoursOf(states(name)[ask]?.Retry);
    expect(least(hours)).toBeGreaterThan(24);
    expect(most(hours)).toBeLessThan(30);
  });

  it('retries its event for about a week when the bus refuses it', () => {
    const hours = hoursOf(states(name)[emit]?.Retry);
    expect(least(hours)).toBeGreaterThan(7 * 24 - 5);
    expect(most(hours)).toBeLessThan(8 * 24);
  });

  it('has events left in its execution history after both kinds of retries', () => {
    const retries = [ask, emit].map((state) => states(name)[state]?.Retry?.[0]?.MaxAttempts ?? 0);
    expect((retries[0] ?? 0) + (retries[1] ?? 0)).toBeLessThan(MOST_EVENTS / 2 / RETRY_EVENTS);
  });
});
