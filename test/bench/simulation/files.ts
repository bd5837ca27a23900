/** A file of the simulated day. */
export interface SimulatedFile {
  sizeBytes: number;
  /** Seconds that Pinterest needs for it after the upload. */
  processingSeconds: number;
}

/** Half of the files are smaller, and one in six larger than 2.7 times it. */
const MEDIAN_MEGABYTES = 25;
/** Half of the files are ready sooner. */
export const MEDIAN_SECONDS = 60;
const [LEAST_SECONDS, MOST_SECONDS] = [10, 1800];

/**
 * Draws files whose processing times are those that integrations tell of: from seconds to half an hour, most of them a
 * minute or two, larger files longer, but with as much chance as rule. Both are log-normal: size with sigma 1, time with
 * sigma 0.5 that goes with the size and sigma 0.8 that does not; times are kept within 10 s and 30 min.
 */
export function fileDrawer(random: () => number, medianSeconds = MEDIAN_SECONDS): () => SimulatedFile {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return () => {
    const bySize = normal();
    const seconds = medianSeconds * Math.exp(0.5 * bySize + 0.8 * normal());
    return {
      sizeBytes: Math.round(MEDIAN_MEGABYTES * 1_000_000 * Math.exp(bySize)),
      processingSeconds: Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, seconds)),
    };
  };
}
