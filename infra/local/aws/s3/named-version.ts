import type { Buckets, LocalBucket } from './buckets.ts';
import { S3Error } from './s3-error.ts';
import type { ObjectVersion, Place, Version } from './version-store.ts';

/**
 * The version that a request names, or the current one.
 * @param versionId of the query or of a copy's source
 * @throws S3Error NoSuchKey or NoSuchVersion; MethodNotAllowed for a delete marker that is named
 */
export function requireVersion(
  buckets: Buckets,
  { bucket: name, key }: Place,
  versionId: string | null | undefined,
): ObjectVersion {
  const { versioned } = buckets.require(name);
  const version = versionNamed(buckets, { bucket: name, key }, versionId);
  const headers = version?.deleteMarker ? { 'x-amz-delete-marker': 'true', 'x-amz-version-id': version.versionId } : {};
  if (version?.deleteMarker === false) return version;
  if (version && versionId) {
    const elements = { Method: 'GET', ResourceType: 'DeleteMarker' };
    throw new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
      elements,
      headers: { ...headers, Allow: 'DELETE', 'Last-Modified': new Date(version.lastModified).toUTCString() },
    });
  }
  if (versionId && versioned) {
    throw new S3Error('NoSuchVersion', 'The specified version does not exist.', {
      elements: { Key: key, VersionId: versionId },
    });
  }
  throw new S3Error('NoSuchKey', 'The specified key does not exist.', { elements: { Key: key }, headers });
}

/** @returns undefined when there is no such version. @throws S3Error InvalidArgument when it cannot be a version's id */
export function versionNamed(
  buckets: Buckets,
  { bucket: name, key }: Place,
  versionId: string | null | undefined,
): Version | undefined {
  if (!versionId) return buckets.versions.current(name, key);
  // What a bucket without versions holds is the version "null".
  if (versionId === 'null') {
    return buckets.require(name).versioned ? undefined : buckets.versions.current(name, key);
  }
  return buckets.versions.version(name, key, versionId);
}

/** How an answer names a version: only where the bucket keeps them. */
export const versionHeader = ({ versioned }: LocalBucket, { versionId }: Version): Record<string, string> =>
  versioned ? { 'x-amz-version-id': versionId } : {};
