/**
 * When to ask Pinterest whether a file is ready. `npm run bench -- requests` measures this policy, and every number here,
 * in worlds that it was not made for.
 */

/** What is known of one file's processing time: it ended between two questions. Seconds after the upload. */
export interface ProcessedFile {
  sizeBytes: number;
  /** The last question that found the file not ready; 0 when the first question found it ready. */
  notReadySeconds: number;
  /** The question that found the file ready. */
  readySeconds: number;
}

/** How many files the first question is learned from. Fewer forget faster, more estimate better. */
export const RECENT_FILES = 12;

/** Before anything is learned. */
const FIRST_SECONDS = 5;
/** With the time that an answer takes, no event is more than 5 s late because of it. */
const SHORTEST_WAIT_SECONDS = 4;
/** Of the time since the upload. Events are late by up to this share of the processing time: half of it at the median. */
const WAIT_SHARE = 0.37;
/** Spreads the questions of files that were dropped together. */
const JITTER = 0.1;

/**
 * Seconds to wait before a file is asked about again, which assumes nothing about how long files take.
 * @param elapsedSeconds from the upload to the last answer
 * @param ageSeconds from that answer until now
 * @param random 0 up to 1: the jitter's draw
 * @returns whole seconds
 * @see Step Functions, Wait state: SecondsPath takes whole seconds
 */
export function nextWaitSeconds(elapsedSeconds: number, ageSeconds = 0, random: number = Math.random()): number {
  return Math.max(SHORTEST_WAIT_SECONDS, jittered(WAIT_SHARE * elapsedSeconds - ageSeconds, random));
}

/**
 * Seconds to wait before a file is asked about for the first time: what the fastest of the recent files needed, because
 * a question too early costs one request, and a question too late cannot be caught up on.
 * @param recent what was learned from the last {@link RECENT_FILES} files, or fewer
 * @param random 0 up to 1: the jitter's draw
 * @returns whole seconds
 */
export function firstWaitSeconds(sizeBytes: number, recent: ProcessedFile[], random: number = Math.random()): number {
  const exponent = sizeExponent(recent);
  const times = recent.map((file) => estimatedSeconds(file) * (sizeBytes / file.sizeBytes) ** exponent);
  // With a full window the second fastest, so that one odd file changes nothing.
  const fastest = times.toSorted((one, other) => one - other)[Math.floor(recent.length / RECENT_FILES)] ?? 0;
  return Math.max(FIRST_SECONDS, jittered(fastest, random));
}

const jittered = (seconds: number, random: number) => Math.round(seconds * (1 - JITTER + 2 * JITTER * random));

/**
 * A file that the first question found ready may have been ready long before. It counts as this much faster, so the next
 * first questions come earlier until one finds its file not ready.
 */
const READY_AT_FIRST = 0.62;

const estimatedSeconds = ({ notReadySeconds, readySeconds }: ProcessedFile) =>
  notReadySeconds === 0 ? READY_AT_FIRST * readySeconds : Math.sqrt(notReadySeconds * readySeconds);

/** Sizes that are closer than this factor say nothing about the influence of size. */
const DIFFERENT_SIZES = 2;
/** A little below the median: where size does not matter, noise must not make it matter. */
const SLOPE_QUANTILE = 0.4;

/**
 * How processing time grows with size: as size to the power of this. 0 where size does not matter, 1 where it is
 * proportional, from the slopes between all pairs of files.
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
