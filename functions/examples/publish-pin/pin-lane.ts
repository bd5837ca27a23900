import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, ExecutionDoesNotExist, type SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';

/** Lets one upload at a time make a Pin that could not be told from the others'. */
export interface PinLane {
  /**
   * Enters the lane, or finds that it was entered before. There is no leaving: the lane is free when the execution ended.
   * @returns undefined while another upload's execution is in there
   */
  enter(lane: string, uploadId: string): Promise<PinTurn | undefined>;
}

/** An upload's time in its lane. */
export interface PinTurn {
  /** Ids of the Pins that those before made of late, which the board may not list yet. */
  made: string[];
  /** Ids of all Pins that were there before the creation, once they are noted. */
  before?: string[];
  /**
   * Notes the Pins that are there before the creation, once and for all.
   * @throws Error when they are noted by now: an invocation that was given up may still be at work, and must not note the Pin
   * itself
   */
  note(before: string[]): Promise<void>;
}

/** How long an execution that cannot be found may just be too new to be: DescribeExecution is eventually consistent. */
const TOO_NEW_MS = 60 * 60 * 1000;
/** After which a Pin that was made is on its board, if it ever is: far longer than anybody looks for one. */
const LISTED_AFTER_MS = 24 * 60 * 60 * 1000;

const madeSchema = z.object({ pinId: z.string(), at: z.string() });
type Made = z.infer<typeof madeSchema>;

/** Who is in the lane, which Pins were made in it of late, and what was on the board when this one was begun. */
const entrySchema = z.object({
  uploadId: z.string(),
  made: z._default(z.array(madeSchema), []),
  before: z.optional(z.array(z.string())),
});
type Entry = z.infer<typeof entrySchema>;

/** What is of interest here in the progress that an execution ends with. */
const outputSchema = z.object({
  finalEvent: z.object({
    detail: z.object({ pinId: z.optional(z.string()), publishedAt: z.optional(z.string()) }),
  }),
});

/**
 * A {@link PinLane} made of one object for each lane, which names who is in it, and of conditional writes. What was there before
 * is in the object too: on a board of thousands it is more than a state machine carries (256 KB).
 */
export function s3PinLane(
  s3: S3Client,
  states: SFNClient,
  { bucket, executionArnPrefix }: { bucket: string; executionArnPrefix: string },
  now: () => number = Date.now,
): PinLane {
  /** @returns the ETag; undefined when somebody else was faster */
  const put = async (Key: string, entry: Entry, condition: { IfMatch: string } | { IfNoneMatch: '*' }) => {
    try {
      const { ETag } = await s3.send(
        new PutObjectCommand({ Bucket: bucket, Key, Body: JSON.stringify(entry), ...condition }),
      );
      return ETag ?? '';
    } catch (error) {
      // 412, or 409 when both were at it.
      if (error instanceof S3ServiceException && [404, 409, 412].includes(error.$metadata.httpStatusCode ?? 0))
        return undefined;
      throw error;
    }
  };
  /** What the one in the lane leaves behind; undefined while it is in there. */
  const legacy = async ({ uploadId, made }: Entry, enteredAt: Date | undefined) => {
    try {
      const { status, output } = await states.send(
        new DescribeExecutionCommand({ executionArn: `${executionArnPrefix}${uploadId}` }),
      );
      if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return undefined;
      return status === 'SUCCEEDED' ? [...made, ...pinOf(output)] : made;
    } catch (error) {
      if (!(error instanceof ExecutionDoesNotExist)) throw error;
      return now() - (enteredAt?.getTime() ?? 0) > TOO_NEW_MS ? made : undefined;
    }
  };
  const turn = (lane: string, entry: Entry, etag: string): PinTurn => ({
    made: entry.made.map(({ pinId }) => pinId),
    ...(entry.before === undefined ? {} : { before: entry.before }),
    async note(before) {
      if (entry.before === undefined && (await put(lane, { ...entry, before }, { IfMatch: etag })) !== undefined)
        return;
      throw new Error('What was on the board before the Pin is noted by now.');
    },
  });
  return {
    async enter(lane, uploadId) {
      const found = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: lane })).catch((error: unknown) => {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      });
      let made: Made[] = [];
      if (found) {
        const entry = entrySchema.parse(JSON.parse((await found.Body?.transformToString()) ?? ''));
        if (entry.uploadId === uploadId) return turn(lane, entry, found.ETag ?? '');
        const left = await legacy(entry, found.LastModified);
        if (left === undefined) return undefined;
        made = left.filter(({ at }) => now() - Date.parse(at) < LISTED_AFTER_MS);
      }
      const entry: Entry = { uploadId, made };
      const etag = await put(lane, entry, found ? { IfMatch: found.ETag ?? '' } : { IfNoneMatch: '*' });
      return etag === undefined ? undefined : turn(lane, entry, etag);
    },
  };
}

/** The Pin that an execution made, if it did. */
function pinOf(output: string | undefined): Made[] {
  const { pinId, publishedAt } = outputSchema.parse(JSON.parse(output ?? '')).finalEvent.detail;
  return pinId === undefined ? [] : [{ pinId, at: publishedAt ?? '' }];
}
