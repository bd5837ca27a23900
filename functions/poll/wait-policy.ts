const SHORTEST_SECONDS = 5;
const LONGEST_SECONDS = 120;
/** Small clips were seen ready within seconds, and 32 MB took longer than 90 s: about a second for each megabyte. */
const SECONDS_PER_MEGABYTE = 1;
const GROWTH = 1.5;
const JITTER = 0.2;

/**
 * Seconds to wait before the next media_get.
 * @param polls polls made so far, 0 before the first
 * @param sizeBytes the object's length; larger videos take longer
 * @param random 0 up to 1
 * @returns whole seconds, 4 to 144: from an estimate by size, growing by half each time, jittered by 20 % either way
 * @see Step Functions, Wait state: SecondsPath takes whole seconds
 */
export function pollWaitSeconds(polls: number, sizeBytes: number, random: number = Math.random()): number {
  const estimate = SHORTEST_SECONDS + (sizeBytes / 1_000_000) * SECONDS_PER_MEGABYTE;
  const wait = Math.min(LONGEST_SECONDS, Math.min(LONGEST_SECONDS, estimate) * GROWTH ** Math.min(polls, 20));
  return Math.round(wait * (1 - JITTER + 2 * JITTER * random));
}
