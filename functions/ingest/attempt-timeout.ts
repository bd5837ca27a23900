/**
 * An upload is aborted this many milliseconds before the function's own timeout. The rest of the time is for one
 * request to Pinterest, whether it has the file (up to 20 s), and for the start of the execution.
 */
const LAST_WORDS_MS = 30_000;

/**
 * How long one attempt may take. A short timeout keeps three quarters of its time for the attempt.
 * @param leftMs milliseconds until Lambda ends this invocation
 * @returns whole milliseconds: AbortSignal.timeout throws for a fraction
 */
export const attemptTimeoutMs = (leftMs: number) => Math.floor(leftMs - Math.min(LAST_WORDS_MS, leftMs / 4));
