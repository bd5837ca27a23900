import type { Counts } from './prices.ts';

export interface FollowedCounts {
  /** Invocations of the poll function. */
  polls: number;
  /** Total duration of the polls, in seconds. */
  pollSeconds: number;
  pollMegabytes: number;
  /** How often the poll function read the token's secret. */
  secretReads: number;
}

export interface UploadedCounts {
  uploadSeconds: number;
  ingestMegabytes: number;
  /** Attempts that were postponed because Pinterest asked to wait. */
  putOff?: number;
  /** True when X-Ray records the upload and its execution. */
  traced: boolean;
}

/** HEAD, GET of the file and of its sidecar, and the ranges that the inspection of a typical file reads. */
export const S3_READS = 5;
/** S3's SendMessage, then ReceiveMessage, ChangeMessageVisibility and DeleteMessage. */
const SQS_REQUESTS = 4;
/** One trace for the message, one for the execution. */
const TRACES = 2;
/** States that an execution enters once: the first choice, the event, the end. */
export const FIXED_TRANSITIONS = 3;
/** States that an execution enters for each poll: wait, poll, choice. */
export const TRANSITIONS_PER_POLL = 3;
/** Bytes that an invocation logs, as measured on the local stack. Lambda's own three lines are included. */
export const LOG_BYTES = { ingest: 6500, poll: 2500 };

/** What AWS bills for files that were uploaded and followed. @param files number of files in all the other counts */
export function countsOf(files: number, followed: FollowedCounts, uploaded: UploadedCounts): Counts {
  const { polls, pollSeconds, pollMegabytes, secretReads } = followed;
  const { uploadSeconds, ingestMegabytes, putOff = 0, traced } = uploaded;
  const ingested = files + putOff;
  return {
    transitions: FIXED_TRANSITIONS * files + TRANSITIONS_PER_POLL * polls,
    lambdaRequests: ingested + polls,
    lambdaGbSeconds: (uploadSeconds * ingestMegabytes + pollSeconds * pollMegabytes) / 1024,
    sqsRequests: SQS_REQUESTS * ingested,
    s3Reads: S3_READS * ingested,
    events: files,
    logGigabytes: (LOG_BYTES.ingest * ingested + LOG_BYTES.poll * polls) / 1024 ** 3,
    traces: traced ? TRACES * ingested : 0,
    // An upper bound: it assumes that no upload finds the secret in the function's cache.
    secretReads: ingested + secretReads,
  };
}
