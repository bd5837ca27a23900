import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

const STATUSES: Record<string, number> = {
  AccessDenied: 403,
  SignatureDoesNotMatch: 403,
  MissingContentLength: 411,
  EntityTooLarge: 400,
  EntityTooSmall: 400,
  InvalidArgument: 400,
  MalformedPOSTRequest: 400,
  RequestTimeout: 400,
  IncompleteBody: 400,
  PreconditionFailed: 412,
  SlowDown: 503,
  InternalError: 500,
};

/** An error as S3 names it. */
export class S3Error extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = STATUSES[code] ?? 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

const escaped = (text: string) =>
  text.replace(/[<>&]/g, (sign) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;' })[sign] ?? '');

/** How long what is left of a body is thrown away before the connection is closed. */
const LINGER_MS = 2000;

/**
 * Answers with S3's error document, and closes. What is left of the body is read for a while and thrown away: to close on
 * a client that still sends would reset the connection, and could take the answer from it.
 * @see RFC 9112, section 9.6
 */
export function answerS3Error(request: IncomingMessage, response: ServerResponse, error: S3Error): void {
  const document =
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<Error><Code>${error.code}</Code><Message>${escaped(error.message)}</Message>` +
    `<RequestId>${randomUUID()}</RequestId><HostId>simulator</HostId></Error>`;
  response.writeHead(error.status, {
    'Content-Type': 'application/xml',
    'Content-Length': Buffer.byteLength(document),
    Connection: 'close',
  });
  response.write(document);
  const close = () => {
    response.end();
  };
  if (request.complete || request.destroyed) {
    close();
    return;
  }
  request.once('close', close);
  setTimeout(close, LINGER_MS).unref();
  request.unpipe();
  request.resume();
}
