import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Buckets } from '../buckets.ts';
import {
  CHECKSUMS,
  type Checksum,
  checksumElements,
  checksumOfHeader,
  compositeChecksum,
  wrongChecksum,
} from '../checksums.ts';
import { requireWriteConditions } from '../conditions.ts';
import { versionHeader } from '../named-version.ts';
import { answerXml, malformedXml, type Operation, quoted } from '../operation.ts';
import { readDocument } from '../received-body.ts';
import { S3Error } from '../s3-error.ts';
import type { S3Request } from '../s3-request.ts';
import type { MultipartUpload, UploadedPart } from '../upload-store.ts';
import type { ObjectVersion } from '../version-store.ts';
import { parseXml, type XmlElement } from '../xml.ts';
import { noSuchUpload } from './multipart-upload.ts';

/** The minimum size of every part except the last. */
const LEAST_PART_BYTES = 5 * 1024 ** 2;

/**
 * Creates a version from the parts. The version refers to the files of the parts: nothing is copied, and completing a
 * large upload takes no longer. Only a full-object checksum has to read all bytes.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
 */
export const completeMultipartUpload: Operation = async (request, response, buckets) => {
  const { bucket, key, query } = request;
  const uploadId = query.get('uploadId') ?? '';
  const document = parseXml(await readDocument(request, buckets.accessKey), 'CompleteMultipartUpload');
  const listed = document?.['Part'] as XmlElement[] | undefined;
  if (!listed) throw malformedXml();
  const upload = buckets.uploads.find(bucket, key, uploadId);
  if (!upload) return answerAgain(request, response, buckets, listed);

  const uploaded = buckets.uploads.parts(uploadId);
  const parts = chosenParts(listed, uploaded);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const announced = request.header('x-amz-mp-object-size');
  if (announced !== undefined && Number(announced) !== size) {
    throw new S3Error(
      'InvalidRequest',
      `The provided 'x-amz-mp-object-size' header does not match the ${size} bytes uploaded.`,
    );
  }
  const checksum = await objectChecksum(upload, parts, buckets);
  requireChecksum(request, checksum);
  const version = await buckets.put(
    request,
    {
      created: 'CompleteMultipartUpload',
      size,
      eTag: multipartETag(parts.map(({ eTag }) => eTag)),
      headers: upload.headers,
      tags: upload.tags,
      parts: parts.map(({ id, size: bytes, number, checksum: own }) => ({
        id,
        size: bytes,
        number,
        ...(own && { checksum: own }),
      })),
      uploadId,
      ...(checksum && { checksum }),
    },
    (current) => {
      requireWriteConditions(request, current);
      // Another request may have completed the upload or replaced a part while the checksum was computed.
      const now = buckets.uploads.parts(uploadId);
      if (!parts.every(({ id }) => now.some((part) => part.id === id))) throw noSuchUpload(uploadId);
    },
    upload,
  );
  await buckets.blobs.remove(uploaded.filter(({ id }) => !parts.some((part) => part.id === id)));
  answer(request, response, buckets, version);
};

/** Answers a repeated request of a client that lost the first response. It must not create another version. */
function answerAgain(request: S3Request, response: ServerResponse, buckets: Buckets, listed: XmlElement[]): void {
  const uploadId = request.query.get('uploadId') ?? '';
  const version = buckets.versions.versionOfUpload(request.bucket, request.key, uploadId);
  if (version?.eTag !== multipartETag(listed.map(eTagOf))) throw noSuchUpload(uploadId);
  answer(request, response, buckets, version);
}

function answer(request: S3Request, response: ServerResponse, buckets: Buckets, version: ObjectVersion): void {
  const { bucket, key, eTag, checksum } = version;
  const Location = `http://${request.http.headers.host}/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const about = { Location, Bucket: bucket, Key: key, ETag: quoted(eTag), ...checksumElements(checksum) };
  const headers = versionHeader(buckets.require(bucket), version);
  answerXml(response, 'CompleteMultipartUploadResult', { ...about, ChecksumType: checksum?.type }, headers);
}

function chosenParts(listed: XmlElement[], uploaded: UploadedPart[]): UploadedPart[] {
  const numbers = listed.map(({ PartNumber }) => Number(PartNumber));
  if (numbers.some((number, index) => number <= (numbers[index - 1] ?? 0))) {
    throw new S3Error(
      'InvalidPartOrder',
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
    );
  }
  const byNumber = new Map(uploaded.map((part) => [part.number, part]));
  return listed.map((element, index) => {
    const part = byNumber.get(Number(element['PartNumber']));
    if (!part || part.eTag !== eTagOf(element) || !sameChecksum(element, part)) {
      throw new S3Error(
        'InvalidPart',
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
        { elements: { PartNumber: String(element['PartNumber']), ETag: eTagOf(element) } },
      );
    }
    if (part.size < LEAST_PART_BYTES && index < listed.length - 1) {
      throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
        elements: {
          ProposedSize: part.size,
          MinSizeAllowed: LEAST_PART_BYTES,
          PartNumber: part.number,
          ETag: part.eTag,
        },
      });
    }
    return part;
  });
}

const eTagOf = ({ ETag }: XmlElement) => String(ETag ?? '').replaceAll('"', '');

function sameChecksum(element: XmlElement, { checksum }: UploadedPart): boolean {
  const given = Object.values(CHECKSUMS).flatMap((kind) => element[kind.element] ?? []);
  return given.length === 0 || given[0] === checksum?.value;
}

/** The MD5 of the parts' MD5s, followed by `-` and the number of parts. */
function multipartETag(eTags: string[]): string {
  const md5 = createHash('md5');
  for (const eTag of eTags) md5.update(Buffer.from(eTag, 'hex'));
  return `${md5.digest('hex')}-${eTags.length}`;
}

async function objectChecksum(
  { checksum }: MultipartUpload,
  parts: UploadedPart[],
  { blobs }: Buckets,
): Promise<Checksum | undefined> {
  if (!checksum) return undefined;
  const { algorithm, type } = checksum;
  if (type === 'COMPOSITE') {
    const values = parts.map((part) => part.checksum?.value ?? '');
    return { algorithm, type, value: await compositeChecksum(algorithm, values) };
  }
  const running = CHECKSUMS[algorithm].start();
  for await (const chunk of blobs.read(parts)) running.update(chunk);
  return { algorithm, type, value: await running.digest() };
}

function requireChecksum({ http }: S3Request, checksum: Checksum | undefined): void {
  for (const [name, value] of Object.entries(http.headers)) {
    const algorithm = checksumOfHeader(name);
    if (algorithm && (algorithm !== checksum?.algorithm || value !== checksum.value)) throw wrongChecksum(algorithm);
  }
}
