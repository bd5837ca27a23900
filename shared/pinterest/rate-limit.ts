/** Returns a header by its lower-case name. */
type HeaderReader = Pick<Headers, 'get'>;

/**
 * The rate limit from a response's headers. All fields are optional, because Pinterest does not document these
 * headers.
 */
export interface RateLimit {
  limit?: number;
  /** Requests left in the current window. */
  remaining?: number;
  /** Seconds until the window ends. */
  resetSeconds?: number;
}

/** A larger number is a point in time (seconds since 1970). A smaller number is a duration. */
const EPOCH_THRESHOLD = 1_000_000_000;

const numberIn = (headers: HeaderReader, ...names: string[]): number | undefined => {
  for (const name of names) {
    // Some gateways combine the limit with its window, for example "100;w=60". The leading number is the limit.
    const value = Number.parseFloat(headers.get(name) ?? '');
    if (Number.isFinite(value) && value >= 0) return value;
  }
  return undefined;
};

/** Reads the headers `X-RateLimit-*`, and the `x-userendpoint-ratelimit-*` headers of older API versions. */
export function rateLimitOf(headers: HeaderReader, now: number = Date.now()): RateLimit {
  const limit = numberIn(headers, 'x-ratelimit-limit', 'x-userendpoint-ratelimit-limit');
  const remaining = numberIn(headers, 'x-ratelimit-remaining', 'x-userendpoint-ratelimit-remaining');
  const reset = numberIn(headers, 'x-ratelimit-reset', 'x-userendpoint-ratelimit-reset');
  const left = reset !== undefined && reset > EPOCH_THRESHOLD ? Math.max(0, reset - now / 1000) : reset;
  return { limit, remaining, resetSeconds: left };
}

/**
 * The seconds to wait before the next request, as a response asks for them.
 * @returns Retry-After (seconds or an HTTP date, RFC 9110 section 10.2.3); if absent, the reset of an exhausted rate
 * limit
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
