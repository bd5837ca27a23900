import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Buckets } from './buckets.ts';
import { encodeKey } from './object-created-record.ts';
import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';
import { XML_HEADERS, xml } from './xml.ts';

/** Handles one kind of S3 request. @throws S3Error */
export type Operation = (request: S3Request, response: ServerResponse, buckets: Buckets) => Promise<void> | void;

export function answerXml(
  response: ServerResponse,
  root: string,
  content: object,
  headers: OutgoingHttpHeaders = {},
): void {
  const document = xml(root, content);
  response
    .writeHead(response.statusCode, { ...XML_HEADERS, 'Content-Length': Buffer.byteLength(document), ...headers })
    .end(document);
}

export const OWNER = { ID: 'a'.repeat(64), DisplayName: 'local' };

export const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString();

export const quoted = (eTag: string): string => `"${eTag}"`;

/** @returns how a listing encodes keys. XML cannot contain every character, so a client can request URL encoding. */
export function keyEncoding({ query }: S3Request): (key: string) => string {
  const type = query.get('encoding-type');
  if (type === null || type === '') return (key) => key;
  if (type === 'url') return encodeKey;
  throw new S3Error('InvalidArgument', 'Invalid Encoding Method specified in Request', {
    elements: { ArgumentName: 'encoding-type', ArgumentValue: type },
  });
}

export const malformedXml = () =>
  new S3Error(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
