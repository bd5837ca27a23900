import type { Buckets } from '../buckets.ts';
import { requireWriteConditions } from '../conditions.ts';
import { versionNamed } from '../named-version.ts';
import { answerXml, malformedXml, type Operation } from '../operation.ts';
import { readDocument } from '../received-body.ts';
import { S3Error } from '../s3-error.ts';
import type { S3Request } from '../s3-request.ts';
import type { Place } from '../version-store.ts';
import { parseXml, type XmlElement } from '../xml.ts';

const MOST_KEYS = 1000;

interface Deletion {
  /** Whether a delete marker was created or removed. */
  deleteMarker: boolean;
  versionId?: string;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html */
export const deleteObject: Operation = async (request, response, buckets) => {
  requireWriteConditions(request, buckets.versions.current(request.bucket, request.key));
  const { deleteMarker, versionId } = await remove(buckets, request, request.query.get('versionId'));
  response
    .writeHead(204, {
      ...(versionId && { 'x-amz-version-id': versionId }),
      ...(deleteMarker && { 'x-amz-delete-marker': 'true' }),
    })
    .end();
};

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
export const deleteObjects: Operation = async (request, response, buckets) => {
  requireDigest(request);
  const document = parseXml(await readDocument(request, buckets.accessKey), 'Delete');
  const objects = document?.['Object'] as XmlElement[] | undefined;
  if (!objects || objects.length > MOST_KEYS) throw malformedXml();
  const [deleted, errors]: [object[], object[]] = [[], []];
  for (const { Key, VersionId, ETag } of objects) {
    const place = { bucket: request.bucket, key: String(Key ?? '') };
    const named = VersionId === undefined ? null : String(VersionId);
    try {
      if (ETag !== undefined) requireETag(buckets, place, String(ETag));
      deleted.push({ Key: place.key, ...deletedElements(await remove(buckets, place, named), named) });
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      errors.push({ Key: place.key, VersionId, Code: error.code, Message: error.message });
    }
  }
  answerXml(response, 'DeleteResult', { Deleted: document?.['Quiet'] === 'true' ? [] : deleted, Error: errors });
};

/** S3 requires a digest of the list: a corrupted list could delete other objects. */
function requireDigest({ http: { headers } }: S3Request): void {
  const digest = /^(content-md5|x-amz-checksum-.*|x-amz-trailer)$/;
  if (Object.keys(headers).some((name) => digest.test(name))) return;
  throw new S3Error('InvalidRequest', 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
}

const deletedElements = ({ deleteMarker, versionId }: Deletion, named: string | null) => ({
  VersionId: named ?? undefined,
  ...(deleteMarker && { DeleteMarker: true, DeleteMarkerVersionId: versionId }),
});

function requireETag(buckets: Buckets, { bucket, key }: Place, eTag: string): void {
  const current = buckets.versions.current(bucket, key);
  if (current?.deleteMarker === false && ['*', current.eTag].includes(eTag.replaceAll('"', ''))) return;
  throw new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
}

/**
 * Removes the named version. Without a version id, it adds a delete marker in a versioned bucket and removes the object
 * in any other bucket.
 */
async function remove(buckets: Buckets, { bucket: name, key }: Place, versionId: string | null): Promise<Deletion> {
  const bucket = buckets.require(name);
  if (!versionId && bucket.versioned) {
    const marker = buckets.versions.putDeleteMarker({ bucket: name, key });
    return { deleteMarker: true, versionId: marker.versionId };
  }
  const version = versionNamed(buckets, { bucket: name, key }, versionId);
  if (version) {
    buckets.versions.remove(version);
    if (!version.deleteMarker) await buckets.blobs.remove(version.parts);
  }
  return { deleteMarker: version?.deleteMarker ?? false, ...(versionId && { versionId }) };
}
