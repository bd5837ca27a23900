import { randomBytes } from 'node:crypto';

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

export interface StoredVersion {
  bucket: string;
  key: string;
  size: number;
  /** Without quotes. */
  eTag: string;
  /** Rises from one version to the next. */
  versionId: string;
  versioned: boolean;
  how: 'Put' | 'Post' | 'Copy' | 'CompleteMultipartUpload';
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
export function objectCreatedRecord({
  bucket,
  key,
  size,
  eTag,
  versionId,
  versioned,
  how,
}: StoredVersion): ObjectCreatedRecord {
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: 'us-east-1',
    eventTime: new Date().toISOString(),
    eventName: `ObjectCreated:${how}`,
    userIdentity: { principalId: 'local' },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': randomBytes(8).toString('hex').toUpperCase() },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'local',
      bucket: { name: bucket, ownerIdentity: { principalId: 'local' }, arn: `arn:aws:s3:::${bucket}` },
      object: {
        // As a form would: S3 writes a space as a plus sign.
        key: encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/'),
        size,
        eTag,
        ...(versioned ? { versionId } : {}),
        sequencer: versionId.toUpperCase().padStart(18, '0'),
      },
    },
  };
}
