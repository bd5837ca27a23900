import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, ExecutionDoesNotExist, type SFNClient } from '@aws-sdk/client-sfn';

/** Lets one upload at a time make a Pin that could not be told from the others'. */
export interface PinLane {
  /**
   * Enters the lane, or finds that it was entered before. There is no leaving: the lane is free when the execution ended.
   * @returns false while another upload's execution is in there
   */
  enter(lane: string, uploadId: string): Promise<boolean>;
}

/** How long an execution that cannot be found may just be too new to be: DescribeExecution is eventually consistent. */
const TOO_NEW_MS = 60 * 60 * 1000;

/** A {@link PinLane} made of one object for each lane, which names who is in it, and of conditional writes. */
export function s3PinLane(
  s3: S3Client,
  states: SFNClient,
  { bucket, executionArnPrefix }: { bucket: string; executionArnPrefix: string },
): PinLane {
  const put = async (Key: string, Body: string, condition: { IfMatch: string } | { IfNoneMatch: '*' }) => {
    try {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ...condition }));
      return true;
    } catch (error) {
      // Somebody else was faster: 412, or 409 when both were at it.
      if (error instanceof S3ServiceException && [404, 409, 412].includes(error.$metadata.httpStatusCode ?? 0))
        return false;
      throw error;
    }
  };
  const ended = async (uploadId: string, enteredAt: Date | undefined) => {
    try {
      const { status } = await states.send(
        new DescribeExecutionCommand({ executionArn: `${executionArnPrefix}${uploadId}` }),
      );
      return status !== 'RUNNING' && status !== 'PENDING_REDRIVE';
    } catch (error) {
      if (error instanceof ExecutionDoesNotExist) return Date.now() - (enteredAt?.getTime() ?? 0) > TOO_NEW_MS;
      throw error;
    }
  };
  return {
    async enter(lane, uploadId) {
      const found = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: lane })).catch((error: unknown) => {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      });
      if (!found) return put(lane, uploadId, { IfNoneMatch: '*' });
      const owner = await found.Body?.transformToString();
      if (owner === uploadId) return true;
      if (owner !== undefined && !(await ended(owner, found.LastModified))) return false;
      return put(lane, uploadId, { IfMatch: found.ETag ?? '' });
    },
  };
}
