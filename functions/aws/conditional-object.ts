import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type * as z from 'zod/mini';

/** A small JSON object in Amazon S3 that several processes change with conditional writes. */
export interface ConditionalObject<Value> {
  /** Absent when the object does not exist. */
  value?: Value;
  /** Time of the last write; absent when the object does not exist. */
  modifiedAt?: Date;
  /**
   * Replaces the value that was read. Further calls replace the value of the last successful call.
   * @returns false when another process was faster
   */
  replace(value: Value): Promise<boolean>;
}

/** S3 answers 412, or 404 or 409 when two writes raced. */
const LOST_THE_RACE = [404, 409, 412];

export async function readConditionalObject<Value>(
  s3: S3Client,
  { bucket: Bucket, key: Key }: { bucket: string; key: string },
  schema: z.ZodMiniType<Value>,
): Promise<ConditionalObject<Value>> {
  const found = await s3.send(new GetObjectCommand({ Bucket, Key })).catch((error: unknown) => {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  });
  let condition: { IfMatch: string } | { IfNoneMatch: '*' } = found
    ? { IfMatch: found.ETag ?? '' }
    : { IfNoneMatch: '*' };
  return {
    value: found && schema.parse(JSON.parse((await found.Body?.transformToString()) ?? '')),
    modifiedAt: found?.LastModified,
    async replace(value) {
      try {
        const { ETag = '' } = await s3.send(
          new PutObjectCommand({ Bucket, Key, Body: JSON.stringify(value), ...condition }),
        );
        condition = { IfMatch: ETag };
        return true;
      } catch (error) {
        if (error instanceof S3ServiceException && LOST_THE_RACE.includes(error.$metadata.httpStatusCode ?? 0))
          return false;
        throw error;
      }
    },
  };
}
