import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { DroppedObject } from '../../shared/events/events.ts';
import { OperationError } from './operation-error.ts';
import type { S3Object } from './s3-url.ts';
import { outputOf, type StackPorts } from './stack-ports.ts';

/** The object version that an upload is of. */
export type ObjectVersion = Pick<DroppedObject, 'bucket' | 'key' | 'versionId' | 'eTag' | 'size'>;

/**
 * Asks the bucket of the stack for the current version of an object.
 * @returns undefined when there is none
 * @throws OperationError when the object is in another bucket or must not be read
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
    } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    // S3 says "null" for objects from before versioning was enabled.
    const versionId = VersionId === 'null' ? undefined : VersionId;
    return { bucket, key, versionId, eTag: ETag.replaceAll('"', ''), size: ContentLength };
  } catch (error) {
    const { httpStatusCode: status } = (error as { $metadata?: { httpStatusCode?: number } }).$metadata ?? {};
    if (status === 404) return undefined;
    // The answer to HEAD has no body, so the SDK cannot say more than "UnknownError".
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
