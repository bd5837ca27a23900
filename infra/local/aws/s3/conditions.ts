import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';
import type { ObjectVersion, Version } from './version-store.ts';

type Target = Pick<ObjectVersion, 'eTag' | 'lastModified'>;

const preconditionFailed = (Condition: string) =>
  new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    elements: { Condition },
  });

/**
 * Checks the conditions of a read.
 * @throws S3Error PreconditionFailed, or NotModified with status 304
 * @see RFC 9110, section 13.2.2
 */
export function requireReadConditions(request: S3Request, target: Target): void {
  const { match, noneMatch, modified, unmodified } = evaluate(request, target, 'if-');
  if (match === false) throw preconditionFailed('If-Match');
  if (match === undefined && unmodified === false) throw preconditionFailed('If-Unmodified-Since');
  if (noneMatch === false || (noneMatch === undefined && modified === false)) {
    const headers = { ETag: `"${target.eTag}"`, 'Last-Modified': new Date(target.lastModified).toUTCString() };
    throw new S3Error('NotModified', 'Not Modified', { status: 304, headers });
  }
}

/** Checks a copy's conditions on its source. @throws S3Error PreconditionFailed */
export function requireCopyConditions(request: S3Request, source: Target): void {
  const { match, noneMatch, modified, unmodified } = evaluate(request, source, 'x-amz-copy-source-if-');
  if (match === false) throw preconditionFailed('x-amz-copy-source-If-Match');
  if (match === undefined && unmodified === false) throw preconditionFailed('x-amz-copy-source-If-Unmodified-Since');
  if (noneMatch === false) throw preconditionFailed('x-amz-copy-source-If-None-Match');
  if (noneMatch === undefined && modified === false) throw preconditionFailed('x-amz-copy-source-If-Modified-Since');
}

/**
 * Checks If-Match and If-None-Match of a write or a delete.
 * @param current the key's current version
 * @throws S3Error
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function requireWriteConditions(request: S3Request, current: Version | undefined): void {
  const [ifMatch, ifNoneMatch] = [request.header('if-match'), request.header('if-none-match')];
  const object = current?.deleteMarker === false ? current : undefined;
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch !== '*') {
      throw new S3Error('NotImplemented', 'A header you provided implies functionality that is not implemented', {
        elements: { Header: 'If-None-Match', additionalMessage: 'If-None-Match supports * alone.' },
      });
    }
    if (object) throw preconditionFailed('If-None-Match');
  }
  if (ifMatch === undefined) return;
  if (!object) throw new S3Error('NoSuchKey', 'The specified key does not exist.', { elements: { Key: request.key } });
  if (!lists(ifMatch, object.eTag)) throw preconditionFailed('If-Match');
}

/** @returns whether each condition holds; undefined for a condition that the request does not have */
function evaluate(request: S3Request, { eTag, lastModified }: Target, prefix: string) {
  const [ifMatch, ifNoneMatch] = [request.header(`${prefix}match`), request.header(`${prefix}none-match`)];
  const since = seconds(request.header(`${prefix}modified-since`));
  const unmodifiedSince = seconds(request.header(`${prefix}unmodified-since`));
  const modifiedAt = Math.floor(lastModified / 1000);
  return {
    match: ifMatch === undefined ? undefined : lists(ifMatch, eTag),
    noneMatch: ifNoneMatch === undefined ? undefined : !lists(ifNoneMatch, eTag),
    modified: since === undefined ? undefined : modifiedAt > since,
    unmodified: unmodifiedSince === undefined ? undefined : modifiedAt <= unmodifiedSince,
  };
}

/** Whether a list of ETags contains an ETag. Some clients send ETags without quotes. */
const lists = (eTags: string, eTag: string) =>
  eTags.split(',').some((each) => ['*', eTag].includes(each.trim().replace(/^W\//, '').replaceAll('"', '')));

/** @returns seconds since 1970; undefined for an invalid date, which HTTP requires to be ignored */
function seconds(date: string | undefined): number | undefined {
  const at = Date.parse(date ?? '');
  return Number.isNaN(at) ? undefined : Math.floor(at / 1000);
}
