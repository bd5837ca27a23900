export interface Progress {
  sentBytes: number;
  sizeBytes: number;
  /** Whole percent. */
  percent: number;
}

const STEP_PERCENT = 10;
const QUIET_MS = 1000;

/**
 * Limits an upload's progress reports in the log: at most ten per file, and at most one per second.
 * @returns the callback for the upload
 */
export function progressReports(
  sizeBytes: number,
  report: (progress: Progress) => void,
  now: () => number = Date.now,
): (sentBytes: number) => void {
  let nextPercent = STEP_PERCENT;
  let quietUntil = now() + QUIET_MS;
  return (sentBytes) => {
    const percent = Math.floor((sentBytes / sizeBytes) * 100);
    if (percent < nextPercent || now() < quietUntil) return;
    nextPercent = percent + STEP_PERCENT;
    quietUntil = now() + QUIET_MS;
    report({ sentBytes, sizeBytes, percent });
  };
}
