import type { Buckets } from '../buckets.ts';
import { CHECKSUMS, type Checksum, checksumAlgorithm } from '../checksums.ts';
import { headersToKeep } from '../object-headers.ts';
import { answerXml, type Operation } from '../operation.ts';
import { S3Error } from '../s3-error.ts';
import { requireShortKey, type S3Request } from '../s3-request.ts';
import { tagsOfHeader } from '../tags.ts';
import type { MultipartUpload } from '../upload-store.ts';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html */
export const createMultipartUpload: Operation = (request, response, buckets) => {
  const { bucket, key } = request;
  requireShortKey(key);
  const headers = headersToKeep(request);
  const tags = tagsOfHeader(request.header('x-amz-tagging'));
  const checksum = wantedChecksum(request);
  const { uploadId } = buckets.uploads.create({ bucket, key, headers, tags, ...(checksum && { checksum }) });
  answerXml(
    response,
    'InitiateMultipartUploadResult',
    { Bucket: bucket, Key: key, UploadId: uploadId },
    {
      ...(checksum && {
        'x-amz-checksum-algorithm': checksum.algorithm.toUpperCase(),
        'x-amz-checksum-type': checksum.type,
      }),
    },
  );
};

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html */
export const abortMultipartUpload: Operation = async (request, response, buckets) => {
  await buckets.abortUpload(requireUpload(request, buckets).uploadId);
  response.writeHead(204).end();
};

/** Finds the upload that a request names. @throws S3Error NoSuchUpload */
export function requireUpload({ bucket, key, query }: S3Request, buckets: Buckets): MultipartUpload {
  const uploadId = query.get('uploadId') ?? '';
  const upload = buckets.uploads.find(bucket, key, uploadId);
  if (upload) return upload;
  throw noSuchUpload(uploadId);
}

export const noSuchUpload = (uploadId: string) =>
  new S3Error(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { elements: { UploadId: uploadId } },
  );

function wantedChecksum(request: S3Request): Pick<Checksum, 'algorithm' | 'type'> | undefined {
  const [name, type] = [request.header('x-amz-checksum-algorithm'), request.header('x-amz-checksum-type')];
  if (name === undefined) return undefined;
  const algorithm = checksumAlgorithm(name);
  const types: readonly string[] = CHECKSUMS[algorithm].multipartTypes;
  const wanted = type?.toUpperCase() ?? types[0];
  if (types.includes(wanted ?? '')) return { algorithm, type: wanted as Checksum['type'] };
  throw new S3Error(
    'InvalidRequest',
    `The ${wanted} checksum type cannot be used with the ${algorithm} checksum algorithm.`,
  );
}
