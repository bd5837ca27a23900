import { PinterestError, type PinterestOperation } from '../../../shared/pinterest/pinterest-error.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface MinuteLimit {
  perMinute: number;
  allowed: number;
  refused: number;
  /** Counts one request. @throws PinterestError 429 above the limit, with the seconds until the minute is over */
  count(operation: PinterestOperation): void;
}

/** Limits the requests in each minute of the clock, as Pinterest does per category. */
export function minuteLimit(clock: VirtualClock, perMinute: number): MinuteLimit {
  let minute = -1;
  let used = 0;
  return {
    perMinute,
    allowed: 0,
    refused: 0,
    count(operation) {
      const now = Math.floor(clock.seconds / 60);
      if (now !== minute) [minute, used] = [now, 0];
      if (used >= perMinute) {
        this.refused++;
        const retryAfterSeconds = (now + 1) * 60 - clock.seconds;
        throw new PinterestError('Pinterest answered 429.', { operation, status: 429, retryAfterSeconds });
      }
      used++;
      this.allowed++;
    },
  };
}
