import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { getCanonicalQuery, SignatureV4 } from '@smithy/signature-v4';
import type { AccessKey } from './access-key.ts';

export type SignatureErrorCode =
  | 'AccessDenied'
  | 'AuthorizationHeaderMalformed'
  | 'AuthorizationQueryParametersError'
  | 'InvalidAccessKeyId'
  | 'InvalidRequest'
  | 'RequestTimeTooSkewed'
  | 'SignatureDoesNotMatch';

/** The request has no signature, or an invalid one. The code and most of the messages are S3's. */
export class SignatureError extends Error {
  readonly code: SignatureErrorCode;
  /** HTTP status of S3's response. */
  readonly status: number;

  constructor(code: SignatureErrorCode, message: string, status = 403) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** A request as `node:http` received it. */
export interface ReceivedRequest {
  method?: string;
  /** Path and query as the client sent them: `/path?query`. */
  url?: string;
  headers: IncomingHttpHeaders;
}

/** A valid signature. The chunk signatures of an aws-chunked body are chained to it. */
export interface VerifiedSignature {
  value: string;
  /** `YYYYMMDDTHHMMSSZ` */
  date: string;
  /** `YYYYMMDD/region/service/aws4_request` */
  scope: string;
  /** Whether the signature was in the query string. */
  presigned: boolean;
}

export interface VerifyOptions {
  accessKey: AccessKey;
  /** The service's name in the credential scope: `s3`, `sqs`, `states`. */
  service: string;
  /**
   * SHA-256 of the body in hex, for services whose clients do not send it. The default is the value of the header
   * x-amz-content-sha256. The code that reads the body then compares that value with the body.
   */
  payloadHash?: string;
  /** Milliseconds since 1970. */
  now?: number;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const MOST_SKEW_MS = 15 * 60_000;
const LONGEST_PRESIGNED_SECONDS = 7 * 24 * 3600;
const OLD_VERSION = 'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.';
const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your key and signing method.';

interface Claim {
  credential: string;
  signedHeaders: string[];
  signature: string;
  date: string;
  /** Only set for a presigned URL. */
  expiresSeconds?: number;
}

/**
 * Checks a request's Signature Version 4, in the Authorization header or in the query of a presigned URL.
 * A session token is accepted. It has no effect except as a signed header or parameter.
 * @throws SignatureError
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export async function verifySignature(request: ReceivedRequest, options: VerifyOptions): Promise<VerifiedSignature> {
  const { accessKey, service, now = Date.now() } = options;
  const [path = '/', ...rest] = (request.url ?? '/').split('?');
  const query = new URLSearchParams(rest.join('?'));
  const claim = claimOf(request.headers, query);
  const [accessKeyId, day = '', region = '', signedService, terminator] = claim.credential.split('/');
  if (terminator !== 'aws4_request' || signedService !== service || !claim.date.startsWith(day)) {
    throw new SignatureError(
      'AuthorizationHeaderMalformed',
      `The authorization is malformed; its credential must end with <date>/<region>/${service}/aws4_request.`,
      400,
    );
  }
  if (accessKeyId !== accessKey.accessKeyId) {
    throw new SignatureError(
      'InvalidAccessKeyId',
      'The AWS Access Key Id you provided does not exist in our records. npm start prints the one of this stack.',
    );
  }
  requireCurrent(claim, now);
  requireSignedHeaders(request.headers, claim.signedHeaders);
  const canonical = [
    request.method,
    canonicalPath(path, service),
    canonicalQuery(query),
    ...claim.signedHeaders.map((name) => `${name}:${canonicalHeader(request.headers[name])}`),
    '',
    claim.signedHeaders.join(';'),
    options.payloadHash ?? payloadHashOf(request.headers, query, claim),
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  // Node decodes header bytes as Latin-1, and the client signed the original bytes.
  const digest = createHash('sha256').update(canonical, 'latin1').digest('hex');
  const text = [ALGORITHM, claim.date, scope, digest].join('\n');
  if (!sameText(await signText(text, { date: claim.date, scope }, accessKey), claim.signature)) {
    throw new SignatureError('SignatureDoesNotMatch', MISMATCH);
  }
  return { value: claim.signature, date: claim.date, scope, presigned: claim.expiresSeconds !== undefined };
}

/**
 * Checks the signature of a form's policy. Fields: `policy`, `x-amz-credential`, `x-amz-signature`.
 * @param field returns a form field's value by its lower-case name
 * @throws SignatureError
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html
 */
export async function verifyPolicySignature(
  field: (name: string) => string | undefined,
  accessKey: AccessKey,
): Promise<void> {
  const policy = field('policy');
  if (policy === undefined) throw new SignatureError('AccessDenied', 'Access Denied');
  if (field('awsaccesskeyid') !== undefined) throw new SignatureError('InvalidRequest', OLD_VERSION, 400);
  const [signature, credential = ''] = [field('x-amz-signature'), field('x-amz-credential')];
  if (signature === undefined) throw new SignatureError('AccessDenied', 'Access Denied');
  const [accessKeyId, ...scope] = credential.split('/');
  if (accessKeyId !== accessKey.accessKeyId) {
    throw new SignatureError('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.');
  }
  const signed = { date: `${scope[0] ?? ''}T000000Z`, scope: scope.join('/') };
  if (!sameText(await signText(policy, signed, accessKey), signature)) {
    throw new SignatureError('SignatureDoesNotMatch', MISMATCH);
  }
}

/**
 * Signs a text with the signing key of a scope. The text is a string to sign (of a request or chunk) or a policy.
 * @returns the signature in hex
 */
export function signText(
  text: string,
  { date, scope }: Pick<VerifiedSignature, 'date' | 'scope'>,
  accessKey: AccessKey,
): Promise<string> {
  const [, region = '', service = ''] = scope.split('/');
  const { accessKeyId, secretAccessKey } = accessKey;
  const credentials = { accessKeyId, secretAccessKey };
  const signer = new SignatureV4({ service, region, credentials, sha256: NodeSha256, uriEscapePath: false });
  return signer.sign(text, { signingDate: new Date(millisecondsOf(date)) });
}

/** Adapts Node's own SHA-256 to the interface that the signer requires. */
class NodeSha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string | Buffer);
  }

  update(chunk: string | Uint8Array): void {
    this.#hash.update(chunk);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {}
}

function claimOf(headers: IncomingHttpHeaders, query: URLSearchParams): Claim {
  const { authorization } = headers;
  if (authorization?.startsWith('AWS ') || (query.has('AWSAccessKeyId') && query.has('Signature'))) {
    throw new SignatureError('InvalidRequest', OLD_VERSION, 400);
  }
  if (authorization !== undefined) return claimOfHeader(authorization, headers);
  if (query.has('X-Amz-Signature') || query.has('X-Amz-Algorithm')) return claimOfQuery(query);
  throw new SignatureError('AccessDenied', 'Access Denied');
}

function claimOfHeader(authorization: string, headers: IncomingHttpHeaders): Claim {
  const [algorithm, parameters = ''] = splitOnce(authorization, ' ');
  if (algorithm !== ALGORITHM) throw new SignatureError('InvalidRequest', OLD_VERSION, 400);
  const given = new Map(parameters.split(',').map((each) => splitOnce(each.trim(), '=')));
  const [credential, signedHeaders, signature] = ['Credential', 'SignedHeaders', 'Signature'].map((name) =>
    given.get(name),
  );
  if (!credential || !signedHeaders || !signature) {
    throw new SignatureError(
      'AuthorizationHeaderMalformed',
      'The authorization header is malformed; it needs Credential, SignedHeaders and Signature.',
      400,
    );
  }
  const date = String(headers['x-amz-date'] ?? basicDate(headers.date));
  return { credential, signedHeaders: signedHeaders.split(';'), signature, date };
}

function claimOfQuery(query: URLSearchParams): Claim {
  const [algorithm, credential, date, expires, signedHeaders, signature] = [
    'X-Amz-Algorithm',
    'X-Amz-Credential',
    'X-Amz-Date',
    'X-Amz-Expires',
    'X-Amz-SignedHeaders',
    'X-Amz-Signature',
  ].map((name) => query.get(name) ?? '') as [string, string, string, string, string, string];
  const expiresSeconds = Number(expires);
  const complete = algorithm === ALGORITHM && credential && date && signedHeaders && signature;
  if (!complete || !/^\d+$/.test(expires) || expiresSeconds < 1 || expiresSeconds > LONGEST_PRESIGNED_SECONDS) {
    throw new SignatureError(
      'AuthorizationQueryParametersError',
      `A presigned URL needs X-Amz-Algorithm (${ALGORITHM}), X-Amz-Credential, X-Amz-Date, X-Amz-Expires (1 to ` +
        `${LONGEST_PRESIGNED_SECONDS} seconds), X-Amz-SignedHeaders and X-Amz-Signature.`,
      400,
    );
  }
  return { credential, signedHeaders: signedHeaders.split(';'), signature, date, expiresSeconds };
}

function requireCurrent({ date, expiresSeconds }: Claim, now: number): void {
  const signedAt = millisecondsOf(date);
  if (Number.isNaN(signedAt)) {
    throw new SignatureError('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header');
  }
  if (expiresSeconds === undefined) {
    if (Math.abs(now - signedAt) <= MOST_SKEW_MS) return;
    throw new SignatureError(
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
    );
  }
  if (signedAt - now > MOST_SKEW_MS) throw new SignatureError('AccessDenied', 'Request is not yet valid');
  if (signedAt + expiresSeconds * 1000 < now) throw new SignatureError('AccessDenied', 'Request has expired');
}

function requireSignedHeaders(headers: IncomingHttpHeaders, signed: string[]): void {
  const unsigned = Object.keys(headers).filter(
    (name) => name === 'host' || (name.startsWith('x-amz-') && name !== 'x-amz-content-sha256'),
  );
  const missing = unsigned.filter((name) => !signed.includes(name));
  if (missing.length === 0) return;
  throw new SignatureError(
    'AccessDenied',
    `There were headers present in the request which were not signed: ${missing.join(', ')}`,
  );
}

/** URL-encodes the path once for S3, and twice for the other services. */
function canonicalPath(path: string, service: string): string {
  const segments = path.split('/');
  if (service !== 's3') return segments.map(encodeStrictly).join('/');
  try {
    return segments.map((segment) => encodeStrictly(decodeURIComponent(segment))).join('/');
  } catch {
    return path;
  }
}

const encodeStrictly = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

function canonicalQuery(parameters: URLSearchParams): string {
  const query: Record<string, string[]> = {};
  for (const [name, value] of parameters) {
    query[name] ??= [];
    query[name].push(value);
  }
  return getCanonicalQuery({ query } as unknown as Parameters<typeof getCanonicalQuery>[0]);
}

const canonicalHeader = (value: string | string[] | undefined) =>
  (Array.isArray(value) ? value.join(',') : (value ?? '')).trim().replace(/ +/g, ' ');

function payloadHashOf(headers: IncomingHttpHeaders, query: URLSearchParams, { expiresSeconds }: Claim): string {
  const given = headers['x-amz-content-sha256'] ?? query.get('X-Amz-Content-Sha256') ?? undefined;
  if (given === undefined && expiresSeconds !== undefined) return 'UNSIGNED-PAYLOAD';
  if (given !== undefined) return String(given);
  throw new SignatureError('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256', 400);
}

/** @returns milliseconds since 1970; NaN when the text is not a date in the format 20260102T030405Z */
function millisecondsOf(date: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (!match) return Number.NaN;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function basicDate(date: string | undefined): string {
  const at = new Date(date ?? '');
  return Number.isNaN(at.getTime()) ? '' : at.toISOString().replace(/[-:]|\.\d+/g, '');
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
