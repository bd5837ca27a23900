import { randomBytes } from 'node:crypto';
import { LOCAL_REGION } from '../template/stack-environment.ts';

/** One record of an S3 event notification, in AWS's format. */
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

/** The operation that created a version: the last part of the event name. */
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
 * @param versioned whether the bucket has versioning; without it, the record has no version id
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

/** Encodes a key as S3 does in notifications and in listings with encoding-type=url: as in a form, but slashes stay. */
export const encodeKey = (key: string): string =>
  encodeURIComponent(key)
    .replace(/[!'()~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/');
