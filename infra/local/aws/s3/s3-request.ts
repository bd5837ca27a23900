import type { IncomingMessage } from 'node:http';
import type { VerifiedSignature } from '../signature.ts';
import { checksumOfHeader } from './checksums.ts';
import { S3Error } from './s3-error.ts';
import type { Place } from './version-store.ts';

/** In bytes. @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const LONGEST_KEY = 1024;

/** A request, with the bucket and the key of its path. */
export class S3Request implements Place {
  readonly http: IncomingMessage;
  readonly method: string;
  /** Empty for the service itself. */
  readonly bucket: string;
  /** Empty for the bucket itself. */
  readonly key: string;
  readonly query: URLSearchParams;
  /** Set once the signature was checked; a form's is checked when it is read. */
  signature: VerifiedSignature | undefined;

  /** @throws S3Error when the path is not URL-encoded */
  constructor(http: IncomingMessage) {
    const [path = '/', ...query] = (http.url ?? '/').split('?');
    const [bucket = '', ...key] = path.split('/').slice(1);
    this.http = http;
    this.method = http.method ?? 'GET';
    this.bucket = decoded(bucket);
    this.key = decoded(key.join('/'));
    this.query = new URLSearchParams(query.join('?'));
  }

  /**
   * A header; in a presigned URL also a parameter in its place. S3 ignores checksums there: the JavaScript SDK presigns
   * those of an empty body.
   * @param name in lower case
   */
  header(name: string): string | undefined {
    const value = this.http.headers[name];
    if (value !== undefined) return String(value);
    if (!this.signature?.presigned || !name.startsWith('x-amz-') || checksumOfHeader(name)) return undefined;
    return this.headersOfQuery().get(name);
  }

  /** Parameters of a presigned URL that stand for headers, with their names in lower case. */
  headersOfQuery(): Map<string, string> {
    if (!this.signature?.presigned) return new Map();
    return new Map([...this.query].map(([name, value]) => [name.toLowerCase(), value]));
  }

  /** A number of the query. @throws S3Error unless it is a whole number from 0 to the maximum; above it, the maximum counts */
  integer(name: string, fallback: number, maximum: number): number {
    const text = this.query.get(name);
    if (text === null || text === '') return fallback;
    if (!/^\d{1,10}$/.test(text)) {
      throw new S3Error('InvalidArgument', `Provided ${name} not an integer or within integer range`, {
        elements: { ArgumentName: name, ArgumentValue: text },
      });
    }
    return Math.min(Number(text), maximum);
  }
}

export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidURI', "Couldn't parse the specified URI.");
  }
}

/** @throws S3Error KeyTooLongError */
export function requireShortKey(key: string): void {
  const Size = Buffer.byteLength(key);
  if (Size <= LONGEST_KEY) return;
  throw new S3Error('KeyTooLongError', 'Your key is too long', { elements: { Size, MaxSizeAllowed: LONGEST_KEY } });
}
