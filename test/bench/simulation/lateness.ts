import { quantile } from '../statistics.ts';

export interface Late {
  processingSeconds: number;
  /** Seconds from the moment that Pinterest has the file ready until we know it. */
  lagSeconds: number;
}

/** How late an event may be: a share of the processing time, or seconds if that is more. */
const ALLOWED = {
  /** Of every file, with nothing learned. */
  cold: { share: 0.5, seconds: 5 },
  /** Of half of the files. */
  median: { share: 0.2, seconds: 5 },
  /** Of nineteen files in twenty. */
  tail: { share: 0.6, seconds: 10 },
};

const ofAllowed =
  ({ share, seconds }: { share: number; seconds: number }) =>
  ({ processingSeconds, lagSeconds }: Late) =>
    lagSeconds / Math.max(seconds, share * processingSeconds);

/** The latest file, as a multiple of what is allowed with nothing learned. */
export const coldLateness = (files: Late[]) => Math.max(...files.map(ofAllowed(ALLOWED.cold)));

/** The median, as a multiple of what is allowed once something is learned. */
export const medianLateness = (files: Late[]) => quantile(files.map(ofAllowed(ALLOWED.median)), 0.5);

/** The 95th percentile, as a multiple of what is allowed once something is learned. */
export const tailLateness = (files: Late[]) => quantile(files.map(ofAllowed(ALLOWED.tail)), 0.95);
