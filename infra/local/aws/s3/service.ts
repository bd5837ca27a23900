import { join } from 'node:path';
import type { LocalService, StackContext } from '../local-service.ts';
import type { Resource } from '../template/template.ts';
import { startLocalS3 } from './local-s3.ts';
import { type NotificationReceivers, notified } from './notifications.ts';
import type { ObjectTagging } from './object-tagging.ts';

export interface S3Service extends LocalService {
  objectTags: ObjectTagging;
}

/**
 * Starts the template's buckets and their notifications.
 * @throws Error when the local runtime does not support a bucket's notifications; the message names the bucket
 */
export async function startS3(context: StackContext, receivers: NotificationReceivers): Promise<S3Service> {
  const { ofType, endpoint, accessKey, stateDirectory, observe } = context;
  const s3 = await startLocalS3({
    directory: join(stateDirectory, 's3'),
    accessKey,
    onUnrecovered: (version) => observe({ kind: 'version-unrecovered', ...version }),
  });
  const notifications = ofType('Custom::S3BucketNotifications');
  for (const bucket of ofType('AWS::S3::Bucket')) {
    const notification = notifications.find(({ properties }) => properties['BucketName'] === bucket.ref);
    await s3.createBucket(bucket.ref, {
      versioned: bucket.properties['VersioningConfiguration']?.Status === 'Enabled',
      abortIncompleteMultipartUploadDays: abortAfterDays(bucket),
      ...notified(bucket, notification, context, receivers),
    });
  }
  endpoint.s3 = s3.handler;
  return { objectTags: s3.objectTags, recover: () => s3.recover(), stop: () => s3.close() };
}

function abortAfterDays({ properties }: Resource): number | undefined {
  const rules: { AbortIncompleteMultipartUpload?: { DaysAfterInitiation: number } }[] =
    properties['LifecycleConfiguration']?.Rules ?? [];
  return rules.flatMap((rule) => rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation ?? [])[0];
}
