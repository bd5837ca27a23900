import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';

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

/** Answers with S3's error document, and closes: what is left of the body is not read. */
export function answerS3Error(response: ServerResponse, error: S3Error): void {
  const document =
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<Error><Code>${error.code}</Code><Message>${escaped(error.message)}</Message>` +
    `<RequestId>${randomUUID()}</RequestId><HostId>simulator</HostId></Error>`;
  response.writeHead(error.status, { 'Content-Type': 'application/xml', Connection: 'close' }).end(document);
}
