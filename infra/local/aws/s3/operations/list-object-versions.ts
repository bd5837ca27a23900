import type { Buckets } from '../buckets.ts';
import { walkKeys } from '../key-walk.ts';
import { answerXml, keyEncoding, type Operation, OWNER } from '../operation.ts';
import { S3Error } from '../s3-error.ts';
import type { S3Request } from '../s3-request.ts';
import type { Version } from '../version-store.ts';
import { listed, MOST_KEYS, takePage } from './list-objects.ts';

interface VersionRow {
  version: Version;
  isLatest: boolean;
  commonPrefix?: undefined;
}
type Row = VersionRow | { commonPrefix: string };

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html */
export const listObjectVersions: Operation = (request, response, buckets) => {
  const { bucket, query } = request;
  const { versioned } = buckets.require(bucket);
  const encode = keyEncoding(request);
  const most = request.integer('max-keys', MOST_KEYS, MOST_KEYS);
  const { items, truncated } = takePage(rowsOf(request, buckets), most);
  const rows = items.filter((item) => item.commonPrefix === undefined);
  const elements = (deleteMarker: boolean) =>
    rows
      .filter(({ version }) => version.deleteMarker === deleteMarker)
      .map(({ version, isLatest }) => ({
        Key: encode(version.key),
        VersionId: versioned ? version.versionId : 'null',
        IsLatest: isLatest,
        ...listed(version),
        Owner: OWNER,
      }));
  const delimiter = query.get('delimiter') ?? '';
  const last = items.at(-1);
  answerXml(response, 'ListVersionsResult', {
    Name: bucket,
    Prefix: encode(query.get('prefix') ?? ''),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    KeyMarker: encode(query.get('key-marker') ?? ''),
    VersionIdMarker: query.get('version-id-marker') ?? '',
    ...(truncated && last && nextMarkers(last, encode)),
    MaxKeys: most,
    EncodingType: query.get('encoding-type') || undefined,
    IsTruncated: truncated,
    Version: elements(false),
    DeleteMarker: elements(true),
    CommonPrefixes: items.flatMap(({ commonPrefix }) =>
      commonPrefix === undefined ? [] : [{ Prefix: encode(commonPrefix) }],
    ),
  });
};

const nextMarkers = (last: Row, encode: (key: string) => string) =>
  last.commonPrefix === undefined
    ? { NextKeyMarker: encode(last.version.key), NextVersionIdMarker: last.version.versionId }
    : { NextKeyMarker: encode(last.commonPrefix) };

function* rowsOf({ bucket, query }: S3Request, { versions }: Buckets): Generator<Row, void, undefined> {
  const [keyMarker, versionIdMarker] = [query.get('key-marker') ?? '', query.get('version-id-marker') ?? ''];
  if (versionIdMarker !== '' && keyMarker === '') {
    throw new S3Error('InvalidArgument', 'A version-id marker cannot be specified without a key marker.');
  }
  const allOf = (key: string): VersionRow[] =>
    versions.versionsOf(bucket, key).map((version, index) => ({ version, isLatest: index === 0 }));
  if (versionIdMarker !== '') yield* allOf(keyMarker).filter(({ version }) => version.versionId < versionIdMarker);
  const options = {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    after: keyMarker,
    deleted: true,
  };
  for (const item of walkKeys(versions, bucket, options)) {
    if (item.commonPrefix !== undefined) yield item;
    else yield* allOf(item.key);
  }
}
