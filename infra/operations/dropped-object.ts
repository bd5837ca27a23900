import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { DroppedObject } from '../../shared/events/events.ts';
import { OperationError } from './operation-error.ts';
import type { S3Object } from './s3-url.ts';
import { outputOf } from './stack-outputs.ts';
import type { StackPorts } from './stack-ports.ts';

/** The object version that an upload sends to Pinterest. */
export type ObjectVersion = Pick<DroppedObject, 'bucket' | 'key' | 'versionId' | 'eTag' | 'size'> & {
  /** Known when S3 was asked about the object, and not when an execution names it. */
  lastModified?: Date;
};

/**
 * Requests the current version of an object in the bucket of the stack.
 * @returns undefined when the object does not exist
 * @throws OperationError when the object is in another bucket, or when reading it is not allowed
 */
export async function currentVersion(
  { bucket, key }: S3Object,
  { s3, ...stack }: { s3: S3Client } & Pick<StackPorts, 'outputs' | 'stackName'>,
): Promise<ObjectVersion | undefined> {
  const own = outputOf(stack, 'DropBucketName');
  if (bucket !== own) {
    throw new OperationError(`The stack ${stack.stackName} does not watch the bucket ${bucket}: its bucket is ${own}.`);
  }
  try {
    const {
      VersionId,
      ETag = '',
      ContentLength = 0,
      LastModified: lastModified,
    } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    // S3 returns the version id "null" for objects that were stored before versioning was enabled.
    const versionId = VersionId === 'null' ? undefined : VersionId;
    return { bucket, key, versionId, eTag: ETag.replaceAll('"', ''), size: ContentLength, lastModified };
  } catch (error) {
    const { httpStatusCode: status } = (error as { $metadata?: { httpStatusCode?: number } }).$metadata ?? {};
    if (status === 404) return undefined;
    // The response to a HEAD request has no body, so the SDK reports only "UnknownError".
    if (status === 403) {
      throw new OperationError(
        `S3 refuses to show s3://${bucket}/${key} (403): your AWS credentials need s3:GetObject.`,
        {
          cause: error,
        },
      );
    }
    throw error;
  }
}
