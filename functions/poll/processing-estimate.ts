import { USUAL_PACE } from '../../shared/upload/initial-parameters.ts';
import { boundedPace } from '../../shared/upload/processing-pace.ts';

/** Small clips were seen ready within seconds, and 32 MB took longer than 90 s. */
const LEAST_SECONDS = 8;
const SECONDS_PER_MEGABYTE = 2;
/** How much one file's time moves what is expected of the next. */
const LEARNING_RATE = 0.05;

/**
 * Seconds that Pinterest is expected to need for a file.
 * @param pace how long recent files took, as a multiple of the usual
 */
export function estimatedSeconds(sizeBytes: number, pace: number = USUAL_PACE): number {
  return pace * (LEAST_SECONDS + (SECONDS_PER_MEGABYTE * sizeBytes) / 1_000_000);
}

export interface Processed {
  sizeBytes: number;
  /** Seconds after the upload at which Pinterest was asked and was done. */
  doneSeconds: number;
  /** Seconds after the upload at which it was asked before and was not; 0 when it had not been asked. */
  notDoneSeconds: number;
}

/**
 * Learns from one file how long files take.
 * @returns the new pace
 */
export function learntPace(pace: number, { sizeBytes, doneSeconds, notDoneSeconds }: Processed): number {
  // When exactly it was done nobody knows: in the middle of the two, as factors go.
  const took = Math.sqrt(Math.max(1, doneSeconds) * Math.max(1, notDoneSeconds, doneSeconds / 3));
  const ratio = took / estimatedSeconds(sizeBytes);
  return boundedPace(pace * (ratio / pace) ** LEARNING_RATE);
}
