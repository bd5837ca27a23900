import { LOCAL_REGION } from '../../template/stack-environment.ts';
import type { NotificationTarget } from '../notification-configuration.ts';
import { answerXml, isoTime, type Operation, OWNER } from '../operation.ts';
import { S3Error } from '../s3-error.ts';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html */
export const listBuckets: Operation = ({ query }, response, buckets) => {
  const prefix = query.get('prefix') ?? '';
  const names = buckets.names().filter((name) => name.startsWith(prefix));
  answerXml(response, 'ListAllMyBucketsResult', {
    Owner: OWNER,
    Buckets: { Bucket: names.map((Name) => ({ Name, CreationDate: isoTime(0), BucketRegion: LOCAL_REGION })) },
  });
};

export const headBucket: Operation = (_request, response) => {
  response.writeHead(200, { 'x-amz-bucket-region': LOCAL_REGION }).end();
};

/** Clients create a bucket to make sure that it exists. In us-east-1 this succeeds when the client owns the bucket. */
export const createBucket: Operation = ({ bucket }, response, buckets) => {
  if (buckets.names().includes(bucket)) return void response.writeHead(200, { Location: `/${bucket}` }).end();
  throw new S3Error('NotImplemented', 'The buckets of this machine are those of the stack. It cannot create others.');
};

export const getBucketLocation: Operation = (_request, response) =>
  // S3 returns an empty element for us-east-1.
  answerXml(response, 'LocationConstraint', {});

export const getBucketVersioning: Operation = ({ bucket }, response, buckets) =>
  answerXml(response, 'VersioningConfiguration', buckets.require(bucket).versioned ? { Status: 'Enabled' } : {});

export const getBucketRequestPayment: Operation = (_request, response) =>
  answerXml(response, 'RequestPaymentConfiguration', { Payer: 'BucketOwner' });

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html */
export const getBucketNotification: Operation = ({ bucket }, response, buckets) => {
  const {
    QueueConfigurations = [],
    TopicConfigurations = [],
    EventBridgeConfiguration,
  } = buckets.require(bucket).notification ?? {};
  answerXml(response, 'NotificationConfiguration', {
    QueueConfiguration: QueueConfigurations.map(({ QueueArn, ...rest }) => ({ Queue: QueueArn, ...inXml(rest) })),
    TopicConfiguration: TopicConfigurations.map(({ TopicArn, ...rest }) => ({ Topic: TopicArn, ...inXml(rest) })),
    EventBridgeConfiguration: EventBridgeConfiguration && '',
  });
};

const inXml = ({ Id, Events, Filter }: NotificationTarget) => ({
  Id,
  Event: Events,
  Filter: Filter && { S3Key: { FilterRule: Filter.Key.FilterRules } },
});
