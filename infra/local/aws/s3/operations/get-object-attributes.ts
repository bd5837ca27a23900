import { checksumElements } from '../checksums.ts';
import { requireVersion, versionHeader } from '../named-version.ts';
import { answerXml, type Operation } from '../operation.ts';
import { S3Error } from '../s3-error.ts';
import type { S3Request } from '../s3-request.ts';
import type { ObjectVersion } from '../version-store.ts';

const KNOWN = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'];
const MOST_PARTS = 1000;

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html */
export const getObjectAttributes: Operation = (request, response, buckets) => {
  const wanted = (request.header('x-amz-object-attributes') ?? '').split(',').map((each) => each.trim());
  if (!wanted.every((each) => KNOWN.includes(each))) {
    throw new S3Error('InvalidArgument', 'Invalid attribute name specified.');
  }
  const version = requireVersion(buckets, request, request.query.get('versionId'));
  const all: Record<string, unknown> = {
    ETag: version.eTag,
    Checksum: version.checksum && { ...checksumElements(version.checksum), ChecksumType: version.checksum.type },
    ObjectParts: version.uploadId === undefined ? undefined : partsPage(request, version),
    StorageClass: version.headers['x-amz-storage-class'] ?? 'STANDARD',
    ObjectSize: version.size,
  };
  answerXml(response, 'GetObjectAttributesResponse', Object.fromEntries(wanted.map((name) => [name, all[name]])), {
    'Last-Modified': new Date(version.lastModified).toUTCString(),
    ...versionHeader(buckets.require(request.bucket), version),
  });
};

function partsPage(request: S3Request, { parts }: ObjectVersion): object {
  const most = Math.min(Number(request.header('x-amz-max-parts') ?? MOST_PARTS), MOST_PARTS);
  const after = Number(request.header('x-amz-part-number-marker') ?? 0);
  const rest = parts.filter(({ number }) => number > after);
  const page = rest.slice(0, most);
  return {
    PartsCount: parts.length,
    PartNumberMarker: after,
    NextPartNumberMarker: page.at(-1)?.number ?? 0,
    MaxParts: most,
    IsTruncated: rest.length > page.length,
    // S3 lists only parts that have a checksum.
    Part: page
      .filter(({ checksum }) => checksum)
      .map(({ number: PartNumber, size: Size, checksum }) => ({ PartNumber, Size, ...checksumElements(checksum) })),
  };
}
