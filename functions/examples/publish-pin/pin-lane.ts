import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, ExecutionDoesNotExist, type SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';

/** A lock for Pins with the same texts on the same board: only one upload at a time may make such a Pin. */
export interface PinLane {
  /**
   * Enters the lane. An upload may enter the same lane repeatedly. There is no call to leave: a lane is free when the
   * execution that holds it has ended.
   * @returns undefined while another upload's execution holds the lane
   */
  enter(lane: string, uploadId: string): Promise<PinTurn | undefined>;
}

/** An upload's turn in its lane. */
interface PinTurn {
  /** Ids of Pins made recently in this lane, which the board may not list yet. */
  made: string[];
  /** Ids of all Pins that existed before the creation; undefined until they are recorded. */
  before?: string[];
  /**
   * Records the Pins that exist before the creation. This happens once.
   * @throws Error when they are already recorded. An abandoned invocation may still run, and must not record our Pin
   * as an old one.
   */
  note(before: string[]): Promise<void>;
}

/** DescribeExecution is eventually consistent: an execution this new may not be found yet. */
const TOO_NEW_MS = 60 * 60 * 1000;
/** After this time a board certainly lists a new Pin. It is far longer than any upload searches for its Pin. */
const LISTED_AFTER_MS = 24 * 60 * 60 * 1000;

const madeSchema = z.object({ pinId: z.string(), at: z.string() });
type Made = z.infer<typeof madeSchema>;

/** The lane's holder, the Pins made recently in the lane, and the Pins that existed before the holder's Pin. */
const entrySchema = z.object({
  uploadId: z.string(),
  made: z._default(z.array(madeSchema), []),
  before: z.optional(z.array(z.string())),
});
type Entry = z.infer<typeof entrySchema>;

/** The parts of an execution's output that the lane needs. */
const outputSchema = z.object({
  finalEvent: z.object({
    detail: z.object({ pinId: z.optional(z.string()), publishedAt: z.optional(z.string()) }),
  }),
});

/**
 * A {@link PinLane} over Amazon S3. One object per lane names the holder, and writes are conditional. The object also
 * holds the Pins that existed before, because the ids of a board with thousands of Pins exceed a state machine's
 * payload (256 KB).
 */
export function s3PinLane(
  s3: S3Client,
  states: SFNClient,
  { bucket, executionArnPrefix }: { bucket: string; executionArnPrefix: string },
  now: () => number = Date.now,
): PinLane {
  /** @returns the ETag; undefined when another upload was faster */
  const put = async (Key: string, entry: Entry, condition: { IfMatch: string } | { IfNoneMatch: '*' }) => {
    try {
      const { ETag } = await s3.send(
        new PutObjectCommand({ Bucket: bucket, Key, Body: JSON.stringify(entry), ...condition }),
      );
      return ETag ?? '';
    } catch (error) {
      // 412, or 409 when two writes raced.
      if (error instanceof S3ServiceException && [404, 409, 412].includes(error.$metadata.httpStatusCode ?? 0))
        return undefined;
      throw error;
    }
  };
  /** The lane's recent Pins, including the holder's; undefined while the holder's execution runs. */
  const pinsAfter = async ({ uploadId, made }: Entry, enteredAt: Date | undefined) => {
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
      throw new Error('The Pins that existed before were recorded by another invocation.');
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
        const left = await pinsAfter(entry, found.LastModified);
        if (left === undefined) return undefined;
        made = left.filter(({ at }) => now() - Date.parse(at) < LISTED_AFTER_MS);
      }
      const entry: Entry = { uploadId, made };
      const etag = await put(lane, entry, found ? { IfMatch: found.ETag ?? '' } : { IfNoneMatch: '*' });
      return etag === undefined ? undefined : turn(lane, entry, etag);
    },
  };
}

/** The Pin that an execution made, if it made one. */
function pinOf(output: string | undefined): Made[] {
  const { pinId, publishedAt } = outputSchema.parse(JSON.parse(output ?? '')).finalEvent.detail;
  return pinId === undefined ? [] : [{ pinId, at: publishedAt ?? '' }];
}
