import type { Buckets } from '../buckets.ts';
import { walkKeys } from '../key-walk.ts';
import { answerXml, isoTime, keyEncoding, type Operation, OWNER, quoted } from '../operation.ts';
import { S3Error } from '../s3-error.ts';
import type { S3Request } from '../s3-request.ts';
import type { Version } from '../version-store.ts';

/** S3's limit for one page. */
export const MOST_KEYS = 1000;

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html */
export const listObjects: Operation = (request, response, buckets) => {
  const marker = request.query.get('marker') ?? '';
  const page = pageOf(request, buckets, marker, true);
  const encode = keyEncoding(request);
  answerXml(response, 'ListBucketResult', {
    ...page.about,
    Marker: encode(marker),
    // Without a delimiter S3 sends no NextMarker: the client uses the last key as the marker.
    NextMarker: page.next !== undefined && page.delimited ? encode(page.next) : undefined,
    ...page.contents,
  });
};

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export const listObjectsV2: Operation = (request, response, buckets) => {
  const { query } = request;
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after') ?? '';
  const after = token === null ? startAfter : tokenText(token);
  const page = pageOf(request, buckets, after, query.get('fetch-owner') === 'true');
  answerXml(response, 'ListBucketResult', {
    ...page.about,
    StartAfter: startAfter === '' ? undefined : keyEncoding(request)(startAfter),
    ContinuationToken: token ?? undefined,
    NextContinuationToken: page.next === undefined ? undefined : Buffer.from(`1${page.next}`).toString('base64url'),
    KeyCount: page.count,
    ...page.contents,
  });
};

function tokenText(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (text.startsWith('1')) return text.slice(1);
  throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect', {
    elements: { ArgumentName: 'continuation-token' },
  });
}

function pageOf(request: S3Request, buckets: Buckets, after: string, withOwner: boolean) {
  const { bucket, query } = request;
  const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? ''];
  const most = request.integer('max-keys', MOST_KEYS, MOST_KEYS);
  const encode = keyEncoding(request);
  const keys = walkKeys(buckets.versions, bucket, { prefix, delimiter, after, deleted: false });
  const { items, truncated } = takePage(keys, most);
  const owner = withOwner ? OWNER : undefined;
  const last = items.at(-1);
  return {
    about: {
      Name: bucket,
      Prefix: encode(prefix),
      Delimiter: delimiter === '' ? undefined : encode(delimiter),
      MaxKeys: most,
      EncodingType: query.get('encoding-type') || undefined,
      IsTruncated: truncated,
    },
    contents: {
      Contents: items.flatMap((item) =>
        item.commonPrefix === undefined ? [{ Key: encode(item.key), ...listed(item.newest), Owner: owner }] : [],
      ),
      CommonPrefixes: items.flatMap(({ commonPrefix }) =>
        commonPrefix === undefined ? [] : [{ Prefix: encode(commonPrefix) }],
      ),
    },
    count: items.length,
    delimited: delimiter !== '',
    next: truncated && last ? (last.commonPrefix ?? last.key) : undefined,
  };
}

/** Takes the first items. `truncated` means that there are more; it is false for `most` 0, as in S3. */
export function takePage<T>(all: Iterable<T>, most: number): { items: T[]; truncated: boolean } {
  const items: T[] = [];
  for (const item of all) {
    if (items.length === most) return { items, truncated: most > 0 };
    items.push(item);
  }
  return { items, truncated: false };
}

/** The elements that describe a version in a listing. */
export function listed(version: Version): object {
  if (version.deleteMarker) return { LastModified: isoTime(version.lastModified) };
  return {
    LastModified: isoTime(version.lastModified),
    ETag: quoted(version.eTag),
    ChecksumAlgorithm: version.checksum?.algorithm.toUpperCase(),
    ChecksumType: version.checksum?.type,
    Size: version.size,
    StorageClass: version.headers['x-amz-storage-class'] ?? 'STANDARD',
  };
}
