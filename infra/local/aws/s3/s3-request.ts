import type { IncomingMessage } from 'node:http';
import type { VerifiedSignature } from '../signature.ts';
import { checksumOfHeader } from './checksums.ts';
import { S3Error } from './s3-error.ts';
import type { Place } from './version-store.ts';

/** The longest key, in bytes. @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const LONGEST_KEY = 1024;

/** An HTTP request to S3, with the bucket and the key from its path. */
export class S3Request implements Place {
  readonly http: IncomingMessage;
  readonly method: string;
  /** Empty for a request to the service itself. */
  readonly bucket: string;
  /** Empty for a request to the service or a bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  /** Set after the signature was verified. Never set for a form, whose policy signature is verified separately. */
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
   * Returns a header. A presigned URL can contain x-amz- headers as query parameters. S3 ignores checksums among these
   * parameters: the JavaScript SDK presigns the checksum of an empty body.
   * @param name in lower case
   */
  header(name: string): string | undefined {
    const value = this.http.headers[name];
    if (value !== undefined) return String(value);
    if (!this.signature?.presigned || !name.startsWith('x-amz-') || checksumOfHeader(name)) return undefined;
    return this.headersOfQuery().get(name);
  }

  /** The query parameters of a presigned URL, which can stand for headers. Names are in lower case. */
  headersOfQuery(): Map<string, string> {
    if (!this.signature?.presigned) return new Map();
    return new Map([...this.query].map(([name, value]) => [name.toLowerCase(), value]));
  }

  /**
   * Reads a number from the query. A number above the maximum counts as the maximum.
   * @throws S3Error unless the parameter is a whole number of at most 10 digits
   */
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
