import { estimatedSeconds } from './processing-estimate.ts';

const SHORTEST_SECONDS = 5;
const LONGEST_SECONDS = 240;
/** Of the estimate: to come a little early costs one request, to come late costs the person's time. */
const FIRST_SHARE = 0.6;
/** Of the time since the upload: the moments at which is asked then lie a factor of 1.4 apart. */
const NEXT_SHARE = 0.3;
/** The same where one request answers for many uploads. */
const NEXT_SHARE_SHARED = 0.12;
const JITTER = 0.2;

export interface Waited {
  /** Polls made so far, 0 before the first. */
  polls: number;
  /** Seconds since the upload. */
  elapsedSeconds: number;
  /** The object's length: larger videos take longer. */
  sizeBytes: number;
  /** How long recent files took, as a multiple of the usual. */
  pace?: number;
  /** True when the last answer came with those for others. */
  shared?: boolean;
  /** 0 up to 1: the jitter's draw. */
  random?: number;
}

/**
 * Seconds to wait before Pinterest is asked for an upload's state: at first most of what such a file is estimated to take,
 * then a share of what it took so far. So it is told of within some 20 % of the time that Pinterest needed, with as few
 * requests as that takes.
 * @returns whole seconds, 4 to 288, jittered by 20 % either way
 * @see Step Functions, Wait state: SecondsPath takes whole seconds
 */
export function pollWaitSeconds(waited: Waited): number {
  const { polls, elapsedSeconds, sizeBytes, pace, shared = false, random = Math.random() } = waited;
  const nextShare = shared ? NEXT_SHARE_SHARED : NEXT_SHARE;
  const wait = polls === 0 ? FIRST_SHARE * estimatedSeconds(sizeBytes, pace) : nextShare * elapsedSeconds;
  const bounded = Math.min(LONGEST_SECONDS, Math.max(SHORTEST_SECONDS, wait));
  return Math.round(bounded * (1 - JITTER + 2 * JITTER * random));
}
