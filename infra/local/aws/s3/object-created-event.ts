import { randomBytes } from 'node:crypto';
import type { EventEntry } from '../eventbridge/event-bus.ts';
import { LOCAL_ACCOUNT } from '../template/stack-environment.ts';
import type { Created, ObjectCreatedRecord } from './object-created-record.ts';

/** The `reason` of the event for each way to create an object. */
const REASONS: Record<Created, string> = {
  Put: 'PutObject',
  Post: 'POST Object',
  Copy: 'CopyObject',
  CompleteMultipartUpload: 'CompleteMultipartUpload',
};

/**
 * The event that S3 puts on the default bus for a new object.
 * @param record S3's own notification of the same object
 * @param key not URL-encoded, as events have it
 * @returns the entry, and an origin that is the same when the same object is announced again
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export function objectCreatedEvent(
  { eventName, eventTime, requestParameters, s3 }: ObjectCreatedRecord,
  key: string,
): { entry: EventEntry; origin: string } {
  const { bucket, object } = s3;
  const { size, eTag: etag, versionId, sequencer } = object;
  const created = eventName.replace('ObjectCreated:', '') as Created;
  const detail = {
    version: '0',
    bucket: { name: bucket.name },
    object: { key, size, etag, 'version-id': versionId, sequencer },
    'request-id': randomBytes(8).toString('hex').toUpperCase(),
    requester: LOCAL_ACCOUNT,
    'source-ip-address': requestParameters.sourceIPAddress,
    reason: REASONS[created],
  };
  const entry = {
    Source: 'aws.s3',
    DetailType: 'Object Created',
    Detail: JSON.stringify(detail),
    Resources: [bucket.arn],
    Time: eventTime,
  };
  return { entry, origin: `${bucket.arn}/${sequencer}` };
}
