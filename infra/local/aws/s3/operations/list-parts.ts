import { checksumElements } from '../checksums.ts';
import { answerXml, isoTime, keyEncoding, type Operation, OWNER, quoted } from '../operation.ts';
import { requireUpload } from './multipart-upload.ts';

const MOST_PARTS = 1000;
const MOST_UPLOADS = 1000;

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html */
export const listParts: Operation = (request, response, buckets) => {
  const { uploadId, bucket, key, checksum } = requireUpload(request, buckets);
  const after = request.integer('part-number-marker', 0, 10_000);
  const most = request.integer('max-parts', MOST_PARTS, MOST_PARTS);
  const rest = buckets.uploads.parts(uploadId).filter(({ number }) => number > after);
  const page = rest.slice(0, most);
  answerXml(response, 'ListPartsResult', {
    Bucket: bucket,
    Key: keyEncoding(request)(key),
    UploadId: uploadId,
    Initiator: OWNER,
    Owner: OWNER,
    StorageClass: 'STANDARD',
    PartNumberMarker: after,
    NextPartNumberMarker: page.at(-1)?.number ?? 0,
    MaxParts: most,
    IsTruncated: rest.length > page.length,
    ChecksumAlgorithm: checksum?.algorithm.toUpperCase(),
    ChecksumType: checksum?.type,
    Part: page.map((part) => ({
      PartNumber: part.number,
      LastModified: isoTime(part.lastModified),
      ETag: quoted(part.eTag),
      Size: part.size,
      ...checksumElements(part.checksum),
    })),
  });
};

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html */
export const listMultipartUploads: Operation = (request, response, buckets) => {
  const { bucket, query } = request;
  const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? ''];
  const [keyMarker, idMarker] = [query.get('key-marker') ?? '', query.get('upload-id-marker') ?? ''];
  const most = request.integer('max-uploads', MOST_UPLOADS, MOST_UPLOADS);
  const encode = keyEncoding(request);
  // A key marker without an upload id excludes all uploads of that key.
  const all = buckets.uploads
    .after(bucket, keyMarker, idMarker)
    .filter(({ key }) => key.startsWith(prefix) && (idMarker !== '' || key !== keyMarker || keyMarker === ''));
  const prefixes = new Set<string>();
  const shown = all.filter(({ key }) => {
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (at !== -1) prefixes.add(key.slice(0, at + delimiter.length));
    return at === -1;
  });
  const page = shown.slice(0, most);
  const truncated = shown.length > page.length;
  const last = page.at(-1);
  answerXml(response, 'ListMultipartUploadsResult', {
    Bucket: bucket,
    KeyMarker: encode(keyMarker),
    UploadIdMarker: idMarker,
    ...(truncated && last && { NextKeyMarker: encode(last.key), NextUploadIdMarker: last.uploadId }),
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    MaxUploads: most,
    EncodingType: query.get('encoding-type') || undefined,
    IsTruncated: truncated,
    Upload: page.map(({ key, uploadId, initiated, checksum }) => ({
      Key: encode(key),
      UploadId: uploadId,
      Initiator: OWNER,
      Owner: OWNER,
      StorageClass: 'STANDARD',
      Initiated: isoTime(initiated),
      ChecksumAlgorithm: checksum?.algorithm.toUpperCase(),
      ChecksumType: checksum?.type,
    })),
    CommonPrefixes: [...prefixes].map((Prefix) => ({ Prefix: encode(Prefix) })),
  });
};
