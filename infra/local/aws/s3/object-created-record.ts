import { randomBytes } from 'node:crypto';
import { LOCAL_REGION } from '../template/stack-environment.ts';

/** One record of S3's notification, in the shape that AWS gives it. */
export interface ObjectCreatedRecord {
  eventVersion: string;
  eventSource: 'aws:s3';
  awsRegion: string;
  eventTime: string;
  eventName: string;
  userIdentity: { principalId: string };
  requestParameters: { sourceIPAddress: string };
  responseElements: Record<string, string>;
  s3: {
    s3SchemaVersion: string;
    configurationId: string;
    bucket: { name: string; ownerIdentity: { principalId: string }; arn: string };
    object: { key: string; size: number; eTag: string; versionId?: string; sequencer: string };
  };
}

/** How a version was created: the last part of the event's name. */
export type Created = 'Put' | 'Post' | 'Copy' | 'CompleteMultipartUpload';

export interface CreatedVersion {
  bucket: string;
  key: string;
  size: number;
  /** Without quotes. */
  eTag: string;
  /** Increases from one version to the next. */
  versionId: string;
  created: Created;
  /** Milliseconds since 1970. */
  lastModified: number;
}

/**
 * @param versioned whether the bucket keeps versions; if not, the record does not name one
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function objectCreatedRecord(version: CreatedVersion, versioned: boolean): ObjectCreatedRecord {
  const { bucket, key, size, eTag, versionId, created, lastModified } = version;
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: LOCAL_REGION,
    eventTime: new Date(lastModified).toISOString(),
    eventName: `ObjectCreated:${created}`,
    userIdentity: { principalId: 'local' },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': randomBytes(8).toString('hex').toUpperCase() },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'local',
      bucket: { name: bucket, ownerIdentity: { principalId: 'local' }, arn: `arn:aws:s3:::${bucket}` },
      object: {
        key: encodeKey(key),
        size,
        eTag,
        ...(versioned && { versionId }),
        sequencer: versionId.toUpperCase().padStart(18, '0'),
      },
    },
  };
}

/** S3's encoding of keys in notifications and in listings with encoding-type=url: a form's, with slashes as they are. */
export const encodeKey = (key: string): string =>
  encodeURIComponent(key)
    .replace(/[!'()~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/');
