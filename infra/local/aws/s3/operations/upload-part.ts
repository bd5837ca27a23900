import type { Buckets } from '../buckets.ts';
import { byteRange } from '../byte-range.ts';
import { checksumElements, checksumHeaders } from '../checksums.ts';
import { copySource, copySourceHeader } from '../copy-source.ts';
import { answerXml, isoTime, type Operation, quoted } from '../operation.ts';
import { copyBytes, type Digests, storeBody } from '../received-body.ts';
import { S3Error } from '../s3-error.ts';
import type { S3Request } from '../s3-request.ts';
import type { MultipartUpload, UploadedPart } from '../upload-store.ts';
import { noSuchUpload, requireUpload } from './multipart-upload.ts';

const MOST_PARTS = 10_000;

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html */
export const uploadPart: Operation = async (request, response, buckets) => {
  const [upload, number] = [requireUpload(request, buckets), partNumber(request)];
  const stored = await storeBody(request, buckets.blobs, buckets.accessKey, upload.checksum?.algorithm);
  const part = await keepPart(buckets, upload, number, stored);
  response.writeHead(200, { ETag: quoted(part.eTag), ...partChecksum(checksumHeaders(part.checksum)) }).end();
};

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html */
export const uploadPartCopy: Operation = async (request, response, buckets) => {
  const [upload, number] = [requireUpload(request, buckets), partNumber(request)];
  const { version: from } = copySource(request, buckets);
  const { start, end } = copyRange(request.header('x-amz-copy-source-range'), from.size);
  const { id, result } = await buckets.blobs.write(end - start + 1, (file) =>
    copyBytes(buckets.blobs.read(from.parts, start, end), file, upload.checksum?.algorithm),
  );
  const part = await keepPart(buckets, upload, number, { id, ...result });
  const about = { LastModified: isoTime(part.lastModified), ETag: quoted(part.eTag) };
  const headers = copySourceHeader(buckets, from);
  answerXml(response, 'CopyPartResult', { ...about, ...checksumElements(part.checksum) }, headers);
};

async function keepPart(
  buckets: Buckets,
  { bucket, key, uploadId, checksum: expected }: MultipartUpload,
  number: number,
  { id, size, md5: eTag, checksum }: Digests & { id: string },
): Promise<UploadedPart> {
  try {
    if (expected && checksum && expected.algorithm !== checksum.algorithm) {
      throw new S3Error(
        'InvalidRequest',
        `Checksum Type mismatch occurred, expected checksum Type: ${expected.algorithm}, actual checksum Type: ` +
          `${checksum.algorithm}`,
      );
    }
    // The upload may have been completed or aborted while the bytes arrived.
    if (!buckets.uploads.find(bucket, key, uploadId)) throw noSuchUpload(uploadId);
    const part = { id, size, number, eTag, lastModified: Date.now(), ...(checksum && { checksum }) };
    const replaced = buckets.uploads.putPart(uploadId, part);
    if (replaced) await buckets.blobs.remove([replaced]);
    return part;
  } catch (error) {
    await buckets.blobs.remove([{ id, size }]);
    throw error;
  }
}

function partNumber({ query }: S3Request): number {
  const text = query.get('partNumber') ?? '';
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= MOST_PARTS) return number;
  throw new S3Error('InvalidArgument', `Part number must be an integer between 1 and ${MOST_PARTS}, inclusive`, {
    elements: { ArgumentName: 'partNumber', ArgumentValue: text },
  });
}

function copyRange(header: string | undefined, size: number) {
  if (header === undefined) return { start: 0, end: size - 1 };
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? [];
  const range = first === undefined || Number(last) >= size ? undefined : byteRange(header, size);
  if (range) return range;
  const message =
    'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy, within the source';
  throw new S3Error('InvalidArgument', message, {
    elements: { ArgumentName: 'x-amz-copy-source-range', ArgumentValue: header },
  });
}

/** Removes the checksum type: a part has none. */
const partChecksum = ({ 'x-amz-checksum-type': _type, ...headers }: Record<string, string>) => headers;
