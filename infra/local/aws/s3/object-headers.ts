import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';

/**
 * Headers of a put that its version keeps, besides metadata.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
 */
const KEPT = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
];
const METADATA = 'x-amz-meta-';
const MOST_METADATA_BYTES = 2048;

const STORAGE_CLASSES = new Set([
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'GLACIER_IR',
  'DEEP_ARCHIVE',
]);
/** Storage classes whose objects must be restored before they can be read. */
export const ARCHIVED = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/**
 * The headers of a request that a new version keeps: response headers such as Content-Type, and the user's metadata.
 * @throws S3Error MetadataTooLarge or InvalidStorageClass, or another error for an unsupported header
 */
export function headersToKeep(request: S3Request): Record<string, string> {
  refuseUnsupported(request);
  const names = [...Object.keys(request.http.headers), ...request.headersOfQuery().keys()];
  const metadata = new Set(names.filter((name) => name.startsWith(METADATA)));
  const kept: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  for (const name of [...KEPT, ...metadata]) {
    const value = request.header(name);
    if (value) kept[name] = value;
  }
  if (kept['content-encoding']) {
    const encodings = kept['content-encoding'].split(',').map((each) => each.trim());
    const own = encodings.filter((each) => each !== '' && each !== 'aws-chunked');
    if (own.length > 0) kept['content-encoding'] = own.join(',');
    else delete kept['content-encoding'];
  }
  return requireStorable(kept);
}

/** @throws S3Error MetadataTooLarge or InvalidStorageClass */
export function requireStorable(kept: Record<string, string>): Record<string, string> {
  const bytes = Object.entries(kept)
    .filter(([name]) => name.startsWith(METADATA))
    .reduce((sum, [name, value]) => sum + Buffer.byteLength(name.slice(METADATA.length)) + value.length, 0);
  if (bytes > MOST_METADATA_BYTES) {
    throw new S3Error('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', {
      elements: { Size: bytes, MaxSizeAllowed: MOST_METADATA_BYTES },
    });
  }
  const storageClass = kept['x-amz-storage-class'];
  if (storageClass !== undefined && !STORAGE_CLASSES.has(storageClass)) {
    throw new S3Error('InvalidStorageClass', 'The storage class you specified is not valid');
  }
  // S3 does not return a header for the default storage class.
  if (storageClass === 'STANDARD') delete kept['x-amz-storage-class'];
  return kept;
}

/** Rejects headers that ask for encryption, locks or access rights: ignoring them would mislead the client. */
function refuseUnsupported(request: S3Request): void {
  const names = Object.keys(request.http.headers);
  const unsupported = names.find(
    (name) =>
      /^x-amz-(copy-source-)?server-side-encryption-customer-/.test(name) || name === 'x-amz-write-offset-bytes',
  );
  if (unsupported) {
    throw new S3Error('NotImplemented', 'A header you provided implies functionality that is not implemented', {
      elements: { Header: unsupported },
    });
  }
  if (names.some((name) => name.startsWith('x-amz-object-lock-'))) {
    throw new S3Error('InvalidRequest', 'Bucket is missing Object Lock Configuration');
  }
  const acl = request.header('x-amz-acl');
  if ((acl !== undefined && !OWNER_ONLY.has(acl)) || names.some((name) => name.startsWith('x-amz-grant-'))) {
    throw new S3Error('AccessControlListNotSupported', 'The bucket does not allow ACLs');
  }
}

/** Canned ACLs that grant access only to the owner. */
const OWNER_ONLY = new Set(['private', 'bucket-owner-full-control', 'bucket-owner-read']);

/** Response headers. As in S3, non-ASCII values become RFC 2047 encoded words of the Latin-1 characters in UTF-8. */
export const keptHeaders = (kept: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(kept).map(([name, value]) => [name, headerValue(value)]));

const headerValue = (value: string) =>
  /^[\t\x20-\x7e]*$/.test(value) ? value : `=?UTF-8?B?${Buffer.from(value).toString('base64')}?=`;
