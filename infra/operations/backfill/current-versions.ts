import {
  type ObjectVersion as ListedVersion,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { ObjectVersion } from '../dropped-object.ts';

/** The current version of a key, as a listing shows it. */
export interface CurrentVersion extends ObjectVersion {
  lastModified: Date;
  /** True when S3 does not hand out the bytes before the object is restored. */
  archived: boolean;
}

/** Storage classes whose objects must be restored before they can be read. */
const ARCHIVES: (string | undefined)[] = ['GLACIER', 'DEEP_ARCHIVE'];

/**
 * Lists the current version of each key, page by page. A deleted key has none.
 * ListObjectVersions returns up to 1,000 versions for one request. ListObjectsV2 returns no version ids, so each object
 * would need a request of its own.
 */
export async function* currentVersions(
  { bucket, prefix }: { bucket: string; prefix: string },
  s3: S3Client,
): AsyncGenerator<CurrentVersion[], void> {
  let markers: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
  while (markers) {
    const page: ListObjectVersionsCommandOutput = await s3.send(
      new ListObjectVersionsCommand({
        Bucket: bucket,
        Prefix: prefix,
        // XML cannot contain every character that a key may have.
        EncodingType: 'url',
        OptionalObjectAttributes: ['RestoreStatus'],
        ...markers,
      }),
    );
    // Some stores ignore the requested encoding.
    const decoded = (key = '') => (page.EncodingType === 'url' ? decodeURIComponent(key.replaceAll('+', ' ')) : key);
    const latest = (page.Versions ?? []).filter(({ IsLatest }) => IsLatest);
    yield latest.map((version) => currentVersion(bucket, decoded(version.Key), version));
    markers = page.IsTruncated
      ? { KeyMarker: decoded(page.NextKeyMarker), VersionIdMarker: page.NextVersionIdMarker }
      : undefined;
  }
}

function currentVersion(
  bucket: string,
  key: string,
  { VersionId, ETag = '', Size = 0, LastModified = new Date(0), StorageClass, RestoreStatus }: ListedVersion,
): CurrentVersion {
  return {
    bucket,
    key,
    // S3 lists the version id "null" for objects that were stored while versioning was not enabled.
    versionId: VersionId === 'null' ? undefined : VersionId,
    eTag: ETag.replaceAll('"', ''),
    size: Size,
    lastModified: LastModified,
    archived: ARCHIVES.includes(StorageClass) && RestoreStatus?.RestoreExpiryDate === undefined,
  };
}
