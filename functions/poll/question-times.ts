/**
 * Decides when to poll Pinterest for a file's status. `npm run bench -- requests` measures this policy, and every
 * number in this module, in simulated conditions for which it was not tuned.
 */

/** The measured processing time of one file: it ended between two polls. Times are in seconds after the upload. */
export interface ProcessedFile {
  sizeBytes: number;
  /** Time of the last poll at which the file was not ready; 0 when the first poll found the file ready. */
  notReadySeconds: number;
  /** Time of the poll that found the file ready. */
  readySeconds: number;
}

/**
 * The number of recent files from which the time of the first poll is estimated. Fewer files adapt faster; more files
 * estimate better.
 */
export const RECENT_FILES = 12;

/** The shortest first wait, also used before anything is known about recent files. */
const FIRST_SECONDS = 5;
/** Together with the response time, this delays an event by at most 5 s. */
const SHORTEST_WAIT_SECONDS = 4;
/**
 * The wait as a share of the time since the upload. It delays events by at most this share of the processing time, and
 * by half of this at the median.
 */
const WAIT_SHARE = 0.37;
/** Spreads the polls of files that were dropped together. */
const JITTER = 0.1;

/**
 * Seconds to wait before the next poll of a file. Assumes nothing about how long files take.
 * @param elapsedSeconds seconds from the upload to the time of the last known status
 * @param ageSeconds seconds from that time until now
 * @param random number for the jitter, from 0 up to 1
 * @returns whole seconds
 * @see Step Functions, Wait state: SecondsPath takes whole seconds
 */
export function nextWaitSeconds(elapsedSeconds: number, ageSeconds = 0, random: number = Math.random()): number {
  return Math.max(SHORTEST_WAIT_SECONDS, jittered(WAIT_SHARE * elapsedSeconds - ageSeconds, random));
}

/**
 * Seconds to wait before the first poll of a file: the time that the fastest of the recent files needed. A poll that
 * is too early costs only one request; a poll that is too late delays the event.
 * @param recent the last {@link RECENT_FILES} processed files, or fewer
 * @param random number for the jitter, from 0 up to 1
 * @returns whole seconds
 */
export function firstWaitSeconds(sizeBytes: number, recent: ProcessedFile[], random: number = Math.random()): number {
  const exponent = sizeExponent(recent);
  const times = recent.map((file) => estimatedSeconds(file) * (sizeBytes / file.sizeBytes) ** exponent);
  // When all recent files are known, take the second fastest, so that one unusual file changes nothing.
  const fastest = times.toSorted((one, other) => one - other)[Math.floor(recent.length / RECENT_FILES)] ?? 0;
  return Math.max(FIRST_SECONDS, jittered(fastest, random));
}

const jittered = (seconds: number, random: number) => Math.round(seconds * (1 - JITTER + 2 * JITTER * random));

/**
 * A file that was ready at its first poll may have been ready long before. Its time is multiplied by this factor.
 * First polls then come earlier and earlier, until one finds its file not ready.
 */
const READY_AT_FIRST = 0.62;

const estimatedSeconds = ({ notReadySeconds, readySeconds }: ProcessedFile) =>
  notReadySeconds === 0 ? READY_AT_FIRST * readySeconds : Math.sqrt(notReadySeconds * readySeconds);

/** Two files whose sizes differ by less than this factor tell nothing about the influence of size. */
const DIFFERENT_SIZES = 2;
/**
 * The quantile that is taken from the slopes. It is a little below the median, so that random noise does not look like
 * an influence of size.
 */
const SLOPE_QUANTILE = 0.4;

/**
 * The exponent with which processing time grows with size: 0 if size does not matter, 1 if time is proportional to
 * size. It is estimated from the slopes between all pairs of files.
 * @see https://en.wikipedia.org/wiki/Theil%E2%80%93Sen_estimator
 */
function sizeExponent(files: ProcessedFile[]): number {
  const slopes: number[] = [];
  for (const [index, one] of files.entries()) {
    for (const other of files.slice(index + 1)) {
      const growth = Math.log(other.sizeBytes / one.sizeBytes);
      if (Math.abs(growth) < Math.log(DIFFERENT_SIZES)) continue;
      slopes.push(Math.log(estimatedSeconds(other) / estimatedSeconds(one)) / growth);
    }
  }
  const slope = slopes.toSorted((one, other) => one - other)[Math.floor(SLOPE_QUANTILE * slopes.length)] ?? 0;
  return Math.min(1, Math.max(0, slope));
}
