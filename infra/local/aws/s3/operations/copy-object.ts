import { checksumAlgorithm, checksumElements } from '../checksums.ts';
import { requireWriteConditions } from '../conditions.ts';
import { type CopySource, copySource, copySourceHeader } from '../copy-source.ts';
import { versionHeader } from '../named-version.ts';
import { headersToKeep, requireStorable } from '../object-headers.ts';
import { answerXml, isoTime, type Operation, quoted } from '../operation.ts';
import { copyBytes } from '../received-body.ts';
import { S3Error } from '../s3-error.ts';
import { requireShortKey, type S3Request } from '../s3-request.ts';
import { tagsOfHeader } from '../tags.ts';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
export const copyObject: Operation = async (request, response, buckets) => {
  requireShortKey(request.key);
  const source = copySource(request, buckets);
  const { version: from } = source;
  const replacesMetadata = directive(request, 'x-amz-metadata-directive') === 'REPLACE';
  const replacesTags = directive(request, 'x-amz-tagging-directive') === 'REPLACE';
  if (!replacesMetadata) requireChange(request, source);
  const given = headersToKeep(request);
  const { 'x-amz-storage-class': _class, ...kept } = from.headers;
  const storageClass = given['x-amz-storage-class'];
  const headers = replacesMetadata
    ? given
    : requireStorable({ ...kept, ...(storageClass && { 'x-amz-storage-class': storageClass }) });
  const tags = replacesTags ? tagsOfHeader(request.header('x-amz-tagging')) : buckets.versions.tags(from);
  const wanted = request.header('x-amz-checksum-algorithm');
  const algorithm = wanted === undefined ? from.checksum?.algorithm : checksumAlgorithm(wanted);

  requireWriteConditions(request, buckets.versions.current(request.bucket, request.key));
  const { id, result } = await buckets.blobs.write(from.size, (file) =>
    copyBytes(buckets.blobs.read(from.parts), file, algorithm),
  );
  const { size, md5: eTag, checksum } = result;
  const parts = [{ id, size, number: 1 }];
  const copy = { created: 'Copy' as const, size, eTag, headers, tags, parts, ...(checksum && { checksum }) };
  const version = await buckets.put(request, copy, (current) => requireWriteConditions(request, current));
  const about = { LastModified: isoTime(version.lastModified), ETag: quoted(eTag), ...checksumElements(checksum) };
  answerXml(response, 'CopyObjectResult', about, {
    ...versionHeader(buckets.require(request.bucket), version),
    ...copySourceHeader(buckets, from),
  });
};

function directive(request: S3Request, name: string): string {
  const value = request.header(name) ?? 'COPY';
  if (value === 'COPY' || value === 'REPLACE') return value;
  throw new S3Error('InvalidArgument', `Unknown ${name.includes('tagging') ? 'tagging' : 'metadata'} directive.`);
}

function requireChange(request: S3Request, { version, named }: CopySource): void {
  const itself = version.bucket === request.bucket && version.key === request.key && !named;
  const changes = ['x-amz-storage-class', 'x-amz-website-redirect-location', 'x-amz-server-side-encryption'];
  if (!itself || changes.some((name) => request.header(name) !== undefined)) return;
  throw new S3Error(
    'InvalidRequest',
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's " +
      'metadata, storage class, website redirect location or encryption attributes.',
  );
}
