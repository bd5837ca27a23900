import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, ExecutionDoesNotExist, type SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';

/** Lets one upload at a time make a Pin that could not be told from the others'. */
export interface PinLane {
  /**
   * Enters the lane, or finds that it was entered before. There is no leaving: the lane is free when the execution ended.
   * @returns ids of Pins that those who were in there before are known to have made, which the board may not list yet; undefined
   * while another upload's execution is in there
   */
  enter(lane: string, uploadId: string): Promise<string[] | undefined>;
}

/** How long an execution that cannot be found may just be too new to be: DescribeExecution is eventually consistent. */
const TOO_NEW_MS = 60 * 60 * 1000;

/** Who is in the lane, and which Pins were made before. */
const entrySchema = z.object({ uploadId: z.string(), known: z.array(z.string()) });
type Entry = z.infer<typeof entrySchema>;

/** What is of interest here in the progress that an execution ends with. */
const outputSchema = z.object({
  known: z.optional(z.array(z.string())),
  finalEvent: z.object({ detail: z.object({ pinId: z.optional(z.string()) }) }),
});

/** A {@link PinLane} made of one object for each lane, which names who is in it, and of conditional writes. */
export function s3PinLane(
  s3: S3Client,
  states: SFNClient,
  { bucket, executionArnPrefix }: { bucket: string; executionArnPrefix: string },
): PinLane {
  const put = async (Key: string, entry: Entry, condition: { IfMatch: string } | { IfNoneMatch: '*' }) => {
    try {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: JSON.stringify(entry), ...condition }));
      return entry.known;
    } catch (error) {
      // Somebody else was faster: 412, or 409 when both were at it.
      if (error instanceof S3ServiceException && [404, 409, 412].includes(error.$metadata.httpStatusCode ?? 0))
        return undefined;
      throw error;
    }
  };
  /** What the one in the lane leaves behind; undefined while it is in there. */
  const legacy = async ({ uploadId, known }: Entry, enteredAt: Date | undefined) => {
    try {
      const { status, output } = await states.send(
        new DescribeExecutionCommand({ executionArn: `${executionArnPrefix}${uploadId}` }),
      );
      if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return undefined;
      return status === 'SUCCEEDED' ? [...known, ...pinsOf(output)] : known;
    } catch (error) {
      if (!(error instanceof ExecutionDoesNotExist)) throw error;
      return Date.now() - (enteredAt?.getTime() ?? 0) > TOO_NEW_MS ? known : undefined;
    }
  };
  return {
    async enter(lane, uploadId) {
      const found = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: lane })).catch((error: unknown) => {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      });
      if (!found) return put(lane, { uploadId, known: [] }, { IfNoneMatch: '*' });
      const entry = entrySchema.parse(JSON.parse((await found.Body?.transformToString()) ?? ''));
      if (entry.uploadId === uploadId) return entry.known;
      const left = await legacy(entry, found.LastModified);
      if (left === undefined) return undefined;
      return put(lane, { uploadId, known: [...new Set(left)] }, { IfMatch: found.ETag ?? '' });
    },
  };
}

function pinsOf(output: string | undefined): string[] {
  const { known = [], finalEvent } = outputSchema.parse(JSON.parse(output ?? ''));
  const { pinId } = finalEvent.detail;
  return pinId === undefined ? known : [...known, pinId];
}
