import { setTimeout as wait } from 'node:timers/promises';
import { ServiceException } from './service-exception.ts';

/** As many as the SDK makes. */
const ATTEMPTS = 3;
const FIRST_WAIT_MS = 100;

/** What AWS's services say of a request that came too early or too slowly: the names that the SDK repeats at, and TooManyUpdates of Systems Manager. */
const PASSING = new RegExp(
  [
    ...['Throttl', 'TooManyRequests', 'SlowDown', 'RequestLimitExceeded', 'LimitExceededException', 'TooManyUpdates'],
    ...['ThroughputExceeded', 'BandwidthLimitExceeded', 'PriorRequestNotComplete', 'TransactionInProgress'],
    'RequestTimeout',
  ].join('|'),
);

/** Repeats a request that may succeed the next time: one that got no answer, that met a fault of the service, or that was one too many. */
export async function withRetries<T>(request: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await request();
    } catch (error) {
      if (attempt === ATTEMPTS || !mayPass(error)) throw error;
      await wait(Math.random() * FIRST_WAIT_MS * 2 ** attempt);
    }
  }
}

function mayPass(error: unknown): boolean {
  if (!(error instanceof ServiceException)) return true;
  const status = error.$metadata.httpStatusCode;
  return status >= 500 || status === 429 || status === 408 || PASSING.test(error.name);
}
