const [SHORTEST_SECONDS, LONGEST_SECONDS] = [3, 300];
/**
 * The next wait, as a share of the time waited so far. It bounds the extra delay, and the requests that many waiting
 * uploads make.
 */
const SHARE = 0.1;
const JITTER = 0.2;

/**
 * Seconds until an upload checks again whether its lane is free.
 * @param waitedSeconds seconds since the execution's first step
 * @param random 0 to 1, for the jitter
 * @returns whole seconds, 2 to 360, jittered by ±20 %
 */
export function laneWaitSeconds(waitedSeconds: number, random: number = Math.random()): number {
  const bounded = Math.min(LONGEST_SECONDS, Math.max(SHORTEST_SECONDS, SHARE * waitedSeconds));
  return Math.round(bounded * (1 - JITTER + 2 * JITTER * random));
}
