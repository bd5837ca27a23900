import type { Buckets } from './buckets.ts';
import { requireCopyConditions } from './conditions.ts';
import { requireVersion } from './named-version.ts';
import { S3Error } from './s3-error.ts';
import { decoded, type S3Request } from './s3-request.ts';
import type { ObjectVersion } from './version-store.ts';

export interface CopySource {
  version: ObjectVersion;
  /** True when the request named a version id; false when it means the current version. */
  named: boolean;
}

/**
 * Finds the version that a copy reads. The header x-amz-copy-source names it: `/bucket/key?versionId=…`, URL-encoded.
 * @throws S3Error when there is no such version, or a condition on the source does not hold
 */
export function copySource(request: S3Request, buckets: Buckets): CopySource {
  // Node decodes headers as Latin-1, but a client that does not URL-encode sends UTF-8.
  const header = Buffer.from(request.header('x-amz-copy-source') ?? '', 'latin1').toString();
  const [, path = '', versionId] = /^\/?(.*?)(?:\?versionId=([^&?]+))?$/s.exec(header) ?? [];
  // S3 decodes a plus sign as a space, as in a form.
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
