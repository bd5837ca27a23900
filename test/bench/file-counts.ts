import type { Counts } from './prices.ts';

export interface FollowedCounts {
  /** Invocations of the poll function. */
  polls: number;
  /** Seconds that they took, together. */
  pollSeconds: number;
  pollMegabytes: number;
  /** Reads of the token's secret, by the poll functions. */
  secretReads: number;
}

export interface UploadedCounts {
  uploadSeconds: number;
  ingestMegabytes: number;
  /** Attempts that were put off, because Pinterest asked to wait. */
  putOff?: number;
  /** True when what becomes of a file is traced. */
  traced: boolean;
}

/** HEAD, the file, and the ranges that the look inside takes of a usual one. */
export const S3_READS = 4;
/** S3's notification, the receipt, the lease, the deletion. */
const SQS_REQUESTS = 4;
/** One of the message, one of the execution. */
const TRACES = 2;
/** States that an execution enters beside those of each poll: the first choice, the event, the end. */
export const FIXED_TRANSITIONS = 3;
/** Wait, ask, choose. */
export const TRANSITIONS_PER_POLL = 3;
/** Bytes of log that an invocation was seen to write on this machine, Lambda's own three lines included. */
export const LOG_BYTES = { ingest: 6500, poll: 2500 };

/** What AWS counts for files that were uploaded and followed. @param files how many all that is of */
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
    // At the most: each upload by a function that has not read it for minutes.
    secretReads: ingested + secretReads,
  };
}
