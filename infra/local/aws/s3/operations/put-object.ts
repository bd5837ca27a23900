import { checksumHeaders } from '../checksums.ts';
import { requireWriteConditions } from '../conditions.ts';
import { versionHeader } from '../named-version.ts';
import { headersToKeep } from '../object-headers.ts';
import { type Operation, quoted } from '../operation.ts';
import { storeBody } from '../received-body.ts';
import { requireShortKey } from '../s3-request.ts';
import { tagsOfHeader } from '../tags.ts';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
export const putObject: Operation = async (request, response, buckets) => {
  const { bucket, key } = request;
  requireShortKey(key);
  const headers = headersToKeep(request);
  const tags = tagsOfHeader(request.header('x-amz-tagging'));
  // Check before the upload, so that a client does not send gigabytes in vain. `put` checks again.
  requireWriteConditions(request, buckets.versions.current(bucket, key));
  const { id, size, md5: eTag, checksum } = await storeBody(request, buckets.blobs, buckets.accessKey);
  const parts = [{ id, size, number: 1 }];
  const put = { created: 'Put' as const, size, eTag, headers, tags, parts, ...(checksum && { checksum }) };
  const version = await buckets.put(request, put, (current) => requireWriteConditions(request, current));
  response
    .writeHead(200, {
      ETag: quoted(eTag),
      ...versionHeader(buckets.require(bucket), version),
      ...checksumHeaders(checksum),
    })
    .end();
};
