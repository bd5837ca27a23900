/** Requests allowed in each category; a category without a number has no limit. */
export interface RateLimits {
  orgReadPerMinute?: number;
  orgWritePerMinute?: number;
  /**
   * Length of the minute in seconds. A shorter one lets a test see several minutes pass.
   * @default 60
   */
  secondsPerMinute?: number;
  /** Requests of all categories together. Trial access allows 1,000. */
  perDay?: number;
}

interface Window {
  limit: number;
  seconds: number;
  startedAt: number;
  used: number;
}

export interface RateLimitState {
  limit: number;
  remaining: number;
  resetSeconds: number;
  exceeded: boolean;
}

/** Counts requests in fixed windows, as Pinterest's per-minute and per-day limits do. */
export function rateLimiter(limits: RateLimits, now: () => number) {
  const { secondsPerMinute = 60 } = limits;
  const windows = {
    org_read: window(limits.orgReadPerMinute, secondsPerMinute),
    org_write: window(limits.orgWritePerMinute, secondsPerMinute),
    day: window(limits.perDay, 24 * 3600),
  };
  /** Counts a request. @returns the window with the fewest requests left; undefined without a limit */
  return (category: 'org_read' | 'org_write'): RateLimitState | undefined => {
    const states = [windows[category], windows.day]
      .filter((each) => each !== undefined)
      .map((each) => count(each, now()));
    return states.find(({ exceeded }) => exceeded) ?? states.sort((a, b) => a.remaining - b.remaining)[0];
  };
}

const window = (limit: number | undefined, seconds: number): Window | undefined =>
  limit === undefined ? undefined : { limit, seconds, startedAt: Number.NEGATIVE_INFINITY, used: 0 };

function count(window: Window, now: number): RateLimitState {
  if (now >= window.startedAt + window.seconds * 1000) Object.assign(window, { startedAt: now, used: 0 });
  const exceeded = window.used >= window.limit;
  if (!exceeded) window.used++;
  const resetSeconds = Math.ceil((window.startedAt + window.seconds * 1000 - now) / 1000);
  return { limit: window.limit, remaining: window.limit - window.used, resetSeconds, exceeded };
}
