import type { Buckets, LocalBucket } from './buckets.ts';
import { S3Error } from './s3-error.ts';
import type { ObjectVersion, Place, Version } from './version-store.ts';

/**
 * Finds the version that a request names, or the current version.
 * @param versionId from the query or from the source of a copy
 * @throws S3Error NoSuchKey or NoSuchVersion; MethodNotAllowed when the version id names a delete marker
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

/** @returns the named version, or the current one without a version id; undefined when there is no such version */
export function versionNamed(
  buckets: Buckets,
  { bucket: name, key }: Place,
  versionId: string | null | undefined,
): Version | undefined {
  if (!versionId) return buckets.versions.current(name, key);
  // In a bucket without versioning, every object has the version id "null".
  if (versionId === 'null') {
    return buckets.require(name).versioned ? undefined : buckets.versions.current(name, key);
  }
  return buckets.versions.version(name, key, versionId);
}

/** The version id header of a response; no header when the bucket has no versioning. */
export const versionHeader = ({ versioned }: LocalBucket, { versionId }: Version): Record<string, string> =>
  versioned ? { 'x-amz-version-id': versionId } : {};
