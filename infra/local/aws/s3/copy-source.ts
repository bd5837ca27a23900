import type { Buckets } from './buckets.ts';
import { requireCopyConditions } from './conditions.ts';
import { requireVersion } from './named-version.ts';
import { S3Error } from './s3-error.ts';
import { decoded, type S3Request } from './s3-request.ts';
import type { ObjectVersion } from './version-store.ts';

export interface CopySource {
  version: ObjectVersion;
  /** Whether the request named the version, rather than the current one. */
  named: boolean;
}

/**
 * The version that a copy reads, by the header x-amz-copy-source: `/bucket/key?versionId=…`, URL-encoded.
 * @throws S3Error also when a condition on the source does not hold
 */
export function copySource(request: S3Request, buckets: Buckets): CopySource {
  // Node reads header bytes as Latin-1; a client that does not encode sends UTF-8.
  const header = Buffer.from(request.header('x-amz-copy-source') ?? '', 'latin1').toString();
  const [, path = '', versionId] = /^\/?(.*?)(?:\?versionId=([^&?]+))?$/s.exec(header) ?? [];
  // As in a form, S3 reads a plus sign as a space.
  const [bucket = '', ...key] = decoded(path.replaceAll('+', ' ')).split('/');
  if (bucket === '' || key.join('/') === '') {
    throw new S3Error('InvalidArgument', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey', {
      elements: { ArgumentName: 'x-amz-copy-source', ArgumentValue: header },
    });
  }
  const version = requireVersion(buckets, { bucket, key: key.join('/') }, versionId);
  requireCopyConditions(request, version);
  return { version, named: versionId !== undefined };
}

export const copySourceHeader = (buckets: Buckets, { bucket, versionId }: ObjectVersion): Record<string, string> =>
  buckets.require(bucket).versioned ? { 'x-amz-copy-source-version-id': versionId } : {};
