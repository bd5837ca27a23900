import { pipeline } from 'node:stream/promises';
import type { Buckets } from '../buckets.ts';
import { type ByteRange, byteRange } from '../byte-range.ts';
import { checksumHeaders } from '../checksums.ts';
import { requireReadConditions } from '../conditions.ts';
import { requireVersion, versionHeader } from '../named-version.ts';
import { ARCHIVED, keptHeaders } from '../object-headers.ts';
import { type Operation, quoted } from '../operation.ts';
import { S3Error } from '../s3-error.ts';
import type { S3Request } from '../s3-request.ts';
import type { ObjectVersion } from '../version-store.ts';

/** Response headers that a client can override with the query parameter `response-<name>`. */
const OVERRIDES = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];

/** Handles GET and HEAD. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export const getObject: Operation = async (request, response, buckets) => {
  const version = requireVersion(buckets, request, request.query.get('versionId'));
  requireReadConditions(request, version);
  const { size, parts } = version;
  const isHead = request.method === 'HEAD';
  if (!isHead && ARCHIVED.has(version.headers['x-amz-storage-class'] ?? '')) {
    const message = "The operation is not valid for the object's storage class";
    throw new S3Error('InvalidObjectState', message, {
      elements: { StorageClass: version.headers['x-amz-storage-class'] ?? '' },
    });
  }
  const range = partRange(request, version) ?? byteRange(request.header('range'), size);
  const { start, end } = range ?? { start: 0, end: size - 1 };
  response.writeHead(range ? 206 : 200, {
    ...keptHeaders(version.headers),
    ...overrides(request),
    ...describe(request, version, buckets, range),
    'Accept-Ranges': 'bytes',
    'Content-Length': end - start + 1,
    ...(range && { 'Content-Range': `bytes ${start}-${end}/${size}` }),
  });
  if (isHead) response.end();
  else await pipeline(buckets.blobs.read(parts, start, end), response);
};

function describe(request: S3Request, version: ObjectVersion, buckets: Buckets, range: ByteRange | undefined) {
  const tags = buckets.versions.tags(version).length;
  const withChecksum = request.header('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED' && !range;
  return {
    ETag: quoted(version.eTag),
    'Last-Modified': new Date(version.lastModified).toUTCString(),
    ...versionHeader(buckets.require(request.bucket), version),
    ...(tags > 0 && { 'x-amz-tagging-count': tags }),
    ...(withChecksum && checksumHeaders(version.checksum)),
    ...(request.query.has('partNumber') && version.uploadId && { 'x-amz-mp-parts-count': version.parts.length }),
  };
}

const overrides = ({ query }: S3Request): Record<string, string> =>
  Object.fromEntries(
    OVERRIDES.flatMap((name) => {
      const value = query.get(`response-${name}`);
      return value === null ? [] : [[name, value]];
    }),
  );

/** The byte range of the part that the query names. */
function partRange({ query }: S3Request, { parts, size }: ObjectVersion): ByteRange | undefined {
  const number = query.get('partNumber');
  if (number === null) return undefined;
  const index = Number(number) - 1;
  const part = parts[index];
  if (!part) {
    throw new S3Error('InvalidPartNumber', 'The requested partnumber is not satisfiable', {
      status: 416,
      elements: { PartNumberRequested: number, ActualPartCount: parts.length },
    });
  }
  if (size === 0) return undefined;
  const start = parts.slice(0, index).reduce((sum, before) => sum + before.size, 0);
  return { start, end: start + part.size - 1 };
}
