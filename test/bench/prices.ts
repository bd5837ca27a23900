/** The billed AWS operations of one or more files. */
export interface Counts {
  /** States that executions entered. */
  transitions: number;
  lambdaRequests: number;
  lambdaGbSeconds: number;
  sqsRequests: number;
  s3Reads: number;
  events: number;
  logGigabytes: number;
  /** Upper bound of the recorded traces: Lambda and Step Functions sample them under load. */
  traces: number;
  secretReads: number;
}

/**
 * Dollars per unit: AWS's list prices for us-east-1 without a free tier, for Lambda on Arm and Step Functions' standard
 * workflows. Storage and data transfer out of AWS are left out, because they cost the same for every uploader.
 * @see https://aws.amazon.com/lambda/pricing/ and the other services' pricing pages, read in November 2026
 */
const PRICES: Record<keyof Counts, number> = {
  transitions: 25 / 1_000_000,
  lambdaRequests: 0.2 / 1_000_000,
  lambdaGbSeconds: 0.000_013_333_4,
  sqsRequests: 0.4 / 1_000_000,
  s3Reads: 0.4 / 1_000_000,
  events: 1 / 1_000_000,
  logGigabytes: 0.5,
  traces: 5 / 1_000_000,
  secretReads: 0.05 / 10_000,
};

export const LINES: Record<keyof Counts, string> = {
  transitions: 'Step Functions, state transitions',
  lambdaRequests: 'Lambda, requests',
  lambdaGbSeconds: 'Lambda, GB-seconds',
  sqsRequests: 'SQS, requests',
  s3Reads: 'S3, reads',
  events: 'EventBridge, events',
  logGigabytes: 'CloudWatch Logs, GB',
  traces: 'X-Ray, traces',
  secretReads: 'Secrets Manager, reads',
};

export type Bill = Record<keyof Counts, number>;

/** @returns dollars for each kind of operation */
export function bill(counts: Counts): Bill {
  return Object.fromEntries(
    Object.entries(counts).map(([line, count]) => [line, count * PRICES[line as keyof Counts]]),
  ) as Bill;
}

export const total = (lines: Bill): number => Object.values(lines).reduce((sum, dollars) => sum + dollars, 0);
