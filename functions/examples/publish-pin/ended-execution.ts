import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  ExecutionDoesNotExist,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';

/** An execution that has ended, and the Pin that it made. */
export interface EndedExecution {
  /** Absent when it made no Pin, or when nobody knows the Pin. */
  pinId?: string;
  /** ISO 8601: no Pin of the execution is newer than this. Absent when it certainly made none. */
  pinnedBy?: string;
}

/** @returns undefined while the execution of an upload runs. `since` is a time at which it certainly ran. */
export type FindEnd = (uploadId: string, since: Date | undefined) => Promise<EndedExecution | undefined>;

/** DescribeExecution is eventually consistent: an execution this new may not be found yet. */
const TOO_NEW_MS = 60 * 60 * 1000;

const outputSchema = z.object({
  finalEvent: z.object({
    detail: z.object({
      pinId: z.optional(z.string()),
      publishedAt: z.optional(z.string()),
      failedAt: z.optional(z.string()),
      failure: z.optional(z.object({ reason: z.string() })),
    }),
  }),
});

export function findEndOfExecution(
  states: SFNClient,
  executionArnPrefix: string,
  now: () => number = Date.now,
): FindEnd {
  return async (uploadId, since) => {
    try {
      return endOf(
        await states.send(new DescribeExecutionCommand({ executionArn: `${executionArnPrefix}${uploadId}` })),
      );
    } catch (error) {
      if (!(error instanceof ExecutionDoesNotExist)) throw error;
      return now() - (since?.getTime() ?? 0) > TOO_NEW_MS ? {} : undefined;
    }
  };
}

function endOf({ status, output, stopDate }: DescribeExecutionCommandOutput): EndedExecution | undefined {
  if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return undefined;
  // An execution that was stopped by hand may have made a Pin.
  if (status !== 'SUCCEEDED') return { pinnedBy: stopDate?.toISOString() };
  const { pinId, publishedAt, failedAt, failure } = outputSchema.parse(JSON.parse(output ?? '')).finalEvent.detail;
  return { pinId, pinnedBy: failure?.reason === 'gave_up' ? failedAt : publishedAt };
}
