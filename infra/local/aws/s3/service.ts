import { join } from 'node:path';
import type { LocalService, StackContext } from '../local-service.ts';
import type { LocalQueues } from '../sqs/queues.ts';
import type { Resource } from '../template/template.ts';
import type { LocalBucket, NotificationFilter } from './buckets.ts';
import { startLocalS3 } from './local-s3.ts';
import type { ObjectTagging } from './object-tagging.ts';

interface QueueConfiguration {
  Events: string[];
  QueueArn: string;
  Filter?: { Key: { FilterRules: { Name: string; Value: string }[] } };
}

export interface S3Service extends LocalService {
  objectTags: ObjectTagging;
}

/**
 * Starts the template's buckets and their notifications to queues.
 * @throws Error when the local runtime does not support a bucket's notifications; the message names the bucket
 */
export async function startS3(context: StackContext, queues: LocalQueues): Promise<S3Service> {
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
      ...notified(bucket, notification, context, queues),
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

function filterOf({ Filter }: QueueConfiguration): NotificationFilter {
  const ruleOf = (name: string) => Filter?.Key.FilterRules.find((rule) => rule.Name.toLowerCase() === name)?.Value;
  return { prefix: ruleOf('prefix'), suffix: ruleOf('suffix') };
}

function notified(
  { logicalId }: Resource,
  notification: Resource | undefined,
  { observe }: StackContext,
  queues: LocalQueues,
): Partial<LocalBucket> {
  const { QueueConfigurations = [], ...others } = notification?.properties['NotificationConfiguration'] ?? {};
  const configurations = QueueConfigurations as QueueConfiguration[];
  const [configuration] = configurations;
  const known =
    Object.keys(others).length === 0 &&
    configurations.every(({ Events }) => Events.join() === 's3:ObjectCreated:*') &&
    configurations.every(({ QueueArn }) => QueueArn === configuration?.QueueArn);
  if (!known) {
    throw new Error(`The local runtime only knows notifications of s3:ObjectCreated:* to one queue (${logicalId}).`);
  }
  if (!configuration) return {};
  return {
    filters: configurations.map(filterOf),
    onIgnored: (key) => observe({ kind: 'put-ignored', key }),
    async notify(record) {
      const body = JSON.stringify({ Records: [record] });
      queues.send(configuration.QueueArn, body);
      observe({ kind: 'put-notified', body });
    },
  };
}
