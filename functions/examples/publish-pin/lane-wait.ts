const [SHORTEST_SECONDS, LONGEST_SECONDS] = [3, 300];
/** Of the time waited so far: nobody waits much longer than for who is in the lane, and many who wait ask little. */
const SHARE = 0.1;
const JITTER = 0.2;

/**
 * Seconds until an upload looks again whether the lane of its Pin is free.
 * @param waitedSeconds since the Pin was begun
 * @param random 0 up to 1: the jitter's draw
 * @returns whole seconds, 2 to 360, jittered by 20 % either way
 */
export function laneWaitSeconds(waitedSeconds: number, random: number = Math.random()): number {
  const bounded = Math.min(LONGEST_SECONDS, Math.max(SHORTEST_SECONDS, SHARE * waitedSeconds));
  return Math.round(bounded * (1 - JITTER + 2 * JITTER * random));
}
