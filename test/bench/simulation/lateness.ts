import { quantile } from '../statistics.ts';

export interface Late {
  processingSeconds: number;
  /** Seconds between the end of Pinterest's processing and the poll that detects it. */
  lagSeconds: number;
}

/** How late an event may be: a share of the processing time, or a number of seconds, whichever is more. */
const ALLOWED = {
  /** Limit for every file, when nothing is learned yet. */
  cold: { share: 0.5, seconds: 5 },
  /** Limit for the median file. */
  median: { share: 0.2, seconds: 5 },
  /** Limit for the 95th percentile. */
  tail: { share: 0.6, seconds: 10 },
};

const ofAllowed =
  ({ share, seconds }: { share: number; seconds: number }) =>
  ({ processingSeconds, lagSeconds }: Late) =>
    lagSeconds / Math.max(seconds, share * processingSeconds);

/** Lateness of the latest file, as a multiple of the limit before anything is learned. */
export const coldLateness = (files: Late[]) => Math.max(...files.map(ofAllowed(ALLOWED.cold)));

/** Median lateness, as a multiple of the limit after learning. */
export const medianLateness = (files: Late[]) => quantile(files.map(ofAllowed(ALLOWED.median)), 0.5);

/** 95th percentile of the lateness, as a multiple of the limit after learning. */
export const tailLateness = (files: Late[]) => quantile(files.map(ofAllowed(ALLOWED.tail)), 0.95);
