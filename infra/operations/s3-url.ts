import { OperationError } from './operation-error.ts';

export interface S3Object {
  bucket: string;
  key: string;
}

export const isS3Url = (text: string) => text.startsWith('s3://');

/**
 * Parses `s3://bucket/key` as the AWS CLI does: everything after the slash that follows the bucket is the key,
 * including line breaks.
 * @throws OperationError when the bucket or the key is missing
 */
export function parseS3Url(url: string): S3Object {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(url) ?? [];
  if (bucket === undefined || key === undefined) {
    throw new OperationError(`${url} does not name an object: write s3://bucket/key.`);
  }
  return { bucket, key };
}

/** The objects of a bucket whose keys start with a prefix. */
export interface S3Prefix {
  bucket: string;
  /** Empty for every object. */
  prefix: string;
}

/**
 * Parses `s3://bucket/prefix`, or `s3://bucket` for all its objects.
 * @throws OperationError when the bucket is missing
 */
export function parseS3Prefix(url: string): S3Prefix {
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(url) ?? [];
  if (bucket === undefined) throw new OperationError(`${url} does not name a bucket: write s3://bucket/prefix.`);
  return { bucket, prefix };
}
