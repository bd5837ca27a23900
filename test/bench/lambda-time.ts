/** Megabytes at which a function gets one full virtual CPU. @see AWS Lambda's documentation, Configure memory */
const MEGABYTES_OF_A_CPU = 1769;
/** Approximate network throughput of a Lambda function. */
const BYTES_PER_SECOND = 75_000_000;
/** Sequential requests before and after the upload: five to AWS, one to Pinterest, and the inspection's reads. */
const REQUEST_SECONDS = 0.6;

/**
 * Seconds that Lambda would bill for an upload.
 * @param cpuSeconds measured CPU time of the upload
 */
export function uploadSeconds(sizeBytes: number, cpuSeconds: number, memoryMegabytes: number): number {
  const share = Math.min(1, memoryMegabytes / MEGABYTES_OF_A_CPU);
  return REQUEST_SECONDS + Math.max(cpuSeconds / share, sizeBytes / BYTES_PER_SECOND);
}
