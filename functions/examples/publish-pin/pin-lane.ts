import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, ExecutionDoesNotExist, type SFNClient } from '@aws-sdk/client-sfn';

import type { PinProgress } from './pin-progress.ts';

/** Lets one upload at a time make a Pin that could not be told from the others'. */
export interface PinLane {
  /**
   * Enters the lane, or finds that it was entered before. There is no leaving: the lane is free when the execution ended.
   * @returns ids of the Pins that were made in there last, since the board may not show them yet; undefined while another
   *   upload's execution is in there
   */
  enter(lane: string, uploadId: string): Promise<string[] | undefined>;
}

/** How long an execution that cannot be found may just be too new to be: DescribeExecution is eventually consistent. */
const TOO_NEW_MS = 60 * 60 * 1000;

/** @param output of an execution */
function publishedIn(output: string | undefined): string[] {
  const { finalEvent }: Partial<PinProgress> = JSON.parse(output ?? '{}');
  return finalEvent?.detail.status === 'published' ? [finalEvent.detail.pinId] : [];
}

/** As many as can be made before the first of them is to be seen on its board. */
const REMEMBERED_PINS = 20;

/** What the object of a lane says. */
interface Occupancy {
  uploadId: string;
  /** Ids of Pins that were made in the lane before, newest first. */
  madeBefore: string[];
}

/** A {@link PinLane} made of one object for each lane, which names who is in it, and of conditional writes. */
export function s3PinLane(
  s3: S3Client,
  states: SFNClient,
  { bucket, executionArnPrefix }: { bucket: string; executionArnPrefix: string },
): PinLane {
  const put = async (Key: string, occupancy: Occupancy, condition: { IfMatch: string } | { IfNoneMatch: '*' }) => {
    const Body = JSON.stringify(occupancy);
    try {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ...condition }));
      return occupancy.madeBefore;
    } catch (error) {
      // Somebody else was faster: 412, or 409 when both were at it.
      if (error instanceof S3ServiceException && [404, 409, 412].includes(error.$metadata.httpStatusCode ?? 0))
        return undefined;
      throw error;
    }
  };
  /** The Pins that an execution that has ended made; undefined while it has not. */
  const madeBy = async (uploadId: string, enteredAt: Date | undefined): Promise<string[] | undefined> => {
    try {
      const { status, output } = await states.send(
        new DescribeExecutionCommand({ executionArn: `${executionArnPrefix}${uploadId}` }),
      );
      if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return undefined;
      return publishedIn(output);
    } catch (error) {
      if (error instanceof ExecutionDoesNotExist)
        return Date.now() - (enteredAt?.getTime() ?? 0) > TOO_NEW_MS ? [] : undefined;
      throw error;
    }
  };
  return {
    async enter(lane, uploadId) {
      const found = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: lane })).catch((error: unknown) => {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      });
      if (!found) return put(lane, { uploadId, madeBefore: [] }, { IfNoneMatch: '*' });
      const owner: Occupancy = JSON.parse((await found.Body?.transformToString()) ?? '');
      if (owner.uploadId === uploadId) return owner.madeBefore;
      const made = await madeBy(owner.uploadId, found.LastModified);
      if (made === undefined) return undefined;
      const madeBefore = [...made, ...owner.madeBefore].slice(0, REMEMBERED_PINS);
      return put(lane, { uploadId, madeBefore }, { IfMatch: found.ETag ?? '' });
    },
  };
}
