/** Memory at which a function has a whole virtual CPU. @see AWS Lambda's documentation, Configure memory */
const MEGABYTES_OF_A_CPU = 1769;
/** Lambda lets a function take in and send out about so much. */
const BYTES_PER_SECOND = 75_000_000;
/** Requests one after the other before and after the file: five of AWS's, one of Pinterest's, the look inside. */
const REQUEST_SECONDS = 0.6;

/**
 * Seconds that Lambda would bill for an upload.
 * @param cpuSeconds measured
 */
export function uploadSeconds(sizeBytes: number, cpuSeconds: number, memoryMegabytes: number): number {
  const share = Math.min(1, memoryMegabytes / MEGABYTES_OF_A_CPU);
  return REQUEST_SECONDS + Math.max(cpuSeconds / share, sizeBytes / BYTES_PER_SECOND);
}
