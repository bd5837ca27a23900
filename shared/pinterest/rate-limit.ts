/** Looks a header up by its name in lower case. */
type HeaderReader = Pick<Headers, 'get'>;

/** What an answer's headers say about the rate limit. Everything is optional: Pinterest documents none of it. */
export interface RateLimit {
  limit?: number;
  /** Requests left in the current window. */
  remaining?: number;
  /** Seconds until the window ends. */
  resetSeconds?: number;
}

/** Numbers above this are instants (seconds since 1970), those below are durations. */
const EPOCH_THRESHOLD = 1_000_000_000;

const numberIn = (headers: HeaderReader, ...names: string[]): number | undefined => {
  for (const name of names) {
    // Some gateways join a limit with its window, as in "100;w=60": the leading number is the limit.
    const value = Number.parseFloat(headers.get(name) ?? '');
    if (Number.isFinite(value) && value >= 0) return value;
  }
  return undefined;
};

/** Reads `X-RateLimit-*`, and the `x-userendpoint-ratelimit-*` of older API versions. */
export function rateLimitOf(headers: HeaderReader, now: number = Date.now()): RateLimit {
  const limit = numberIn(headers, 'x-ratelimit-limit', 'x-userendpoint-ratelimit-limit');
  const remaining = numberIn(headers, 'x-ratelimit-remaining', 'x-userendpoint-ratelimit-remaining');
  const reset = numberIn(headers, 'x-ratelimit-reset', 'x-userendpoint-ratelimit-reset');
  const left = reset !== undefined && reset > EPOCH_THRESHOLD ? Math.max(0, reset - now / 1000) : reset;
  return { limit, remaining, resetSeconds: left };
}

/**
 * Seconds that an answer asks to wait before the next request.
 * @returns Retry-After (seconds or an HTTP date, RFC 9110 section 10.2.3), else the reset of an exhausted rate limit
 */
export function retryAfterSecondsOf(headers: HeaderReader, now: number = Date.now()): number | undefined {
  const retryAfter = headers.get('retry-after')?.trim();
  if (retryAfter !== undefined && retryAfter !== '') {
    const seconds = /^\d+(\.\d+)?$/.test(retryAfter) ? Number(retryAfter) : (Date.parse(retryAfter) - now) / 1000;
    if (Number.isFinite(seconds)) return Math.max(0, seconds);
  }
  const { remaining, resetSeconds } = rateLimitOf(headers, now);
  return remaining === 0 ? resetSeconds : undefined;
}
