import { randomUUID } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { XML_HEADERS, xml } from './xml.ts';

/**
 * HTTP statuses by error code. Other codes have status 400.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
const STATUSES: Record<string, number> = {
  AccessDenied: 403,
  InvalidAccessKeyId: 403,
  InvalidObjectState: 403,
  RequestTimeTooSkewed: 403,
  SignatureDoesNotMatch: 403,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchTagSet: 404,
  NoSuchUpload: 404,
  NoSuchVersion: 404,
  MethodNotAllowed: 405,
  BucketNotEmpty: 409,
  MissingContentLength: 411,
  PreconditionFailed: 412,
  InvalidRange: 416,
  InternalError: 500,
  NotImplemented: 501,
  ServiceUnavailable: 503,
  SlowDown: 503,
  // Not an error of S3, which never runs out of disk. Name and status are those of RFC 4918, section 11.5.
  InsufficientStorage: 507,
};

interface ErrorDetails {
  status?: number;
  /** Additional elements of the error document. */
  elements?: Record<string, string | number>;
  headers?: OutgoingHttpHeaders;
}

/** An error with an S3 error code. */
export class S3Error extends Error {
  readonly code: string;
  readonly status: number;
  readonly elements: Record<string, string | number>;
  readonly headers: OutgoingHttpHeaders;

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message);
    this.code = code;
    this.status = details.status ?? STATUSES[code] ?? 400;
    this.elements = details.elements ?? {};
    this.headers = details.headers ?? {};
  }
}

/** How long the rest of a request's body is read and discarded before the connection is closed. */
const LINGER_MS = 2000;

/**
 * Sends S3's error document. When the request body is incomplete, the connection is closed afterwards: the rest of the
 * body is first read and discarded for a while. Closing while the client still sends would reset the connection, and
 * the client might never see the error.
 * @see RFC 9112, section 9.6
 */
export function answerS3Error(request: IncomingMessage, response: ServerResponse, error: S3Error): void {
  const requestId = String(response.getHeader('x-amz-request-id') ?? randomUUID());
  const document = xml('Error', {
    Code: error.code,
    Message: error.message,
    ...error.elements,
    RequestId: requestId,
    HostId: 'local',
  });
  // A response to HEAD and a 304 response have no body.
  const body = request.method === 'HEAD' || error.status === 304 ? '' : document;
  response.writeHead(error.status, {
    ...(body === '' ? {} : { ...XML_HEADERS, 'Content-Length': Buffer.byteLength(body) }),
    ...error.headers,
    ...(request.complete ? {} : { Connection: 'close' }),
  });
  if (request.complete || request.destroyed) return void response.end(body);
  response.write(body);
  const close = () => response.end();
  request.once('close', close).once('end', close);
  setTimeout(close, LINGER_MS).unref();
  request.unpipe();
  request.resume();
}
