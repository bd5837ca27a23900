import { createHash, timingSafeEqual } from 'node:crypto';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AccessKey } from '../access-key.ts';
import { signText } from '../signature.ts';
import { decodeAwsChunked } from './aws-chunked.ts';
import type { BlobStore } from './blob-store.ts';
import {
  CHECKSUMS,
  type Checksum,
  type ChecksumAlgorithm,
  checksumAlgorithm,
  checksumOfHeader,
  type RunningChecksum,
  requireWellFormed,
  wrongChecksum,
} from './checksums.ts';
import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';

/** Size and digests, computed while the bytes were read. */
export interface Digests {
  size: number;
  /** In hex. */
  md5: string;
  checksum?: Checksum;
}

/** The properties of a body that the request's headers announce. */
interface Expectations {
  /** Bytes, without the aws-chunked framing. */
  size: number;
  md5?: Buffer;
  /** In hex. */
  sha256?: string;
  /** Without a value, the checksum is compared with the trailer if `trailer` is true, and otherwise only computed. */
  checksum?: { algorithm: ChecksumAlgorithm; value?: string; trailer?: boolean };
  /** The aws-chunked framing; absent for a body without framing. */
  chunked?: { signed: boolean };
}

/** S3's limit for one PUT. */
const MOST_BYTES = 5 * 1024 ** 3;
/** Limit for a body that is read into memory. The XML for 1,000 keys or 10,000 parts is smaller. */
const MOST_DOCUMENT_BYTES = 4 * 1024 ** 2;

/**
 * Writes a request's body into a new blob, and compares its size, digests and signatures with the request's headers.
 * @param algorithm checksum to compute when the request has no checksum
 * @throws S3Error after removing the blob
 */
export async function storeBody(
  request: S3Request,
  blobs: BlobStore,
  accessKey: AccessKey,
  algorithm?: ChecksumAlgorithm,
): Promise<Digests & { id: string }> {
  const expected = expectationsOf(request);
  if (algorithm && !expected.checksum) expected.checksum = { algorithm };
  if (expected.size > MOST_BYTES) {
    throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
      elements: { ProposedSize: expected.size, MaxSizeAllowed: MOST_BYTES },
    });
  }
  const { id, result } = await blobs.write(expected.size, (file) => receive(request, expected, accessKey, file));
  return { id, ...result };
}

/** Reads an XML document into memory, with the same checks as `storeBody`. @throws S3Error */
export async function readDocument(request: S3Request, accessKey: AccessKey): Promise<string> {
  const expected = expectationsOf(request);
  if (expected.size > MOST_DOCUMENT_BYTES) throw new S3Error('MaxMessageLengthExceeded', 'Your request was too big.');
  const chunks: Buffer[] = [];
  await receive(request, expected, accessKey, async function keep(source: AsyncIterable<Buffer>) {
    for await (const chunk of source) chunks.push(chunk);
  });
  return Buffer.concat(chunks).toString();
}

/** Copies bytes into a file and computes their digests. */
export async function copyBytes(
  source: AsyncIterable<Buffer>,
  file: Writable,
  algorithm?: ChecksumAlgorithm,
): Promise<Digests> {
  const measured = new Measured(algorithm);
  await pipeline(source, (chunks: AsyncIterable<Buffer>) => measured.measure(chunks), file);
  return measured.digests();
}

async function receive(
  request: S3Request,
  expected: Expectations,
  accessKey: AccessKey,
  sink: Writable | ((source: AsyncIterable<Buffer>) => Promise<void>),
): Promise<Digests> {
  const measured = new Measured(expected.checksum?.algorithm, expected.sha256 !== undefined);
  const trailers = new Map<string, string>();
  async function* body() {
    // Do not destroy the request on an error: the response uses the same socket.
    const raw = request.http.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    const options = { verify: chunkVerifier(request, expected, accessKey), onTrailers };
    yield* measured.measure(expected.chunked ? decodeAwsChunked(raw, options) : raw, expected.size);
  }
  function onTrailers(received: Map<string, string>) {
    for (const [name, value] of received) trailers.set(name, value);
  }
  if (typeof sink === 'function') await sink(body());
  else await pipeline(body, sink);
  return compare(await measured.digests(), measured.sha256(), expected, trailers);
}

/** Computes the digests of a stream. */
class Measured {
  #size = 0;
  readonly #md5 = createHash('md5');
  readonly #sha256;
  readonly #checksum: { algorithm: ChecksumAlgorithm; running: RunningChecksum } | undefined;

  constructor(algorithm: ChecksumAlgorithm | undefined, sha256 = false) {
    this.#sha256 = sha256 ? createHash('sha256') : undefined;
    this.#checksum = algorithm && { algorithm, running: CHECKSUMS[algorithm].start() };
  }

  /** @param most maximum number of bytes; more bytes throw IncompleteBody */
  async *measure(source: AsyncIterable<Buffer>, most = Number.POSITIVE_INFINITY): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      this.#size += chunk.length;
      if (this.#size > most) throw incompleteBody();
      this.#md5.update(chunk);
      this.#sha256?.update(chunk);
      this.#checksum?.running.update(chunk);
      yield chunk;
    }
  }

  sha256 = () => this.#sha256?.digest('hex');

  async digests(): Promise<Digests> {
    const { algorithm, running } = this.#checksum ?? {};
    return {
      size: this.#size,
      md5: this.#md5.digest('hex'),
      ...(algorithm && running && { checksum: { algorithm, value: await running.digest(), type: 'FULL_OBJECT' } }),
    };
  }
}

function compare(
  digests: Digests,
  sha256: string | undefined,
  { size, md5, sha256: expectedSha256, checksum }: Expectations,
  trailers: Map<string, string>,
): Digests {
  if (digests.size !== size) throw incompleteBody();
  if (md5 && !timingSafeEqual(md5, Buffer.from(digests.md5, 'hex'))) {
    throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.', {
      elements: { ExpectedDigest: md5.toString('base64'), CalculatedDigest: digests.md5 },
    });
  }
  if (expectedSha256 !== sha256) {
    throw new S3Error(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
      { elements: { ClientComputedContentSHA256: String(expectedSha256), S3ComputedContentSHA256: String(sha256) } },
    );
  }
  if (checksum) {
    const trailer = checksum.trailer ? trailers.get(`x-amz-checksum-${checksum.algorithm}`) : undefined;
    if (checksum.trailer && trailer === undefined) {
      throw new S3Error('MalformedTrailerError', 'The request contained trailing data that was not well-formed.');
    }
    const value = trailer === undefined ? checksum.value : requireWellFormed(checksum.algorithm, trailer);
    if (value !== undefined && value !== digests.checksum?.value) throw wrongChecksum(checksum.algorithm);
  }
  return digests;
}

const incompleteBody = () =>
  new S3Error('IncompleteBody', 'You did not provide the number of bytes specified by the Content-Length HTTP header.');

function expectationsOf(request: S3Request): Expectations {
  const { headers } = request.http;
  const hash = String(headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD');
  const checksum = expectedChecksum(request);
  const md5 = headers['content-md5'] === undefined ? undefined : contentMd5(String(headers['content-md5']));
  const shared = { ...(md5 && { md5 }), ...(checksum && { checksum }) };
  if (/^[0-9a-f]{64}$/.test(hash)) return { ...shared, size: contentLength(headers['content-length']), sha256: hash };
  switch (hash) {
    case 'UNSIGNED-PAYLOAD':
      return { ...shared, size: contentLength(headers['content-length']) };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER': {
      const size = contentLength(headers['x-amz-decoded-content-length'] as string | undefined);
      return { ...shared, size, chunked: { signed: !hash.startsWith('STREAMING-UNSIGNED') } };
    }
    default:
      if (hash.startsWith('STREAMING-')) {
        throw new S3Error('NotImplemented', `The local S3 does not support bodies of ${hash}.`);
      }
      throw new S3Error(
        'InvalidArgument',
        'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a STREAMING- value, or a valid sha256 value.',
      );
  }
}

function contentLength(value: string | undefined): number {
  if (value !== undefined && /^\d+$/.test(value)) return Number(value);
  throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.');
}

function contentMd5(value: string): Buffer {
  const md5 = Buffer.from(value, 'base64');
  if (md5.length === 16 && md5.toString('base64') === value) return md5;
  throw new S3Error('InvalidDigest', 'The Content-MD5 you specified was invalid.');
}

function expectedChecksum(request: S3Request): Expectations['checksum'] {
  const { headers } = request.http;
  const values = Object.entries(headers).filter(([name]) => checksumOfHeader(name));
  if (values.length > 1) {
    throw new S3Error(
      'InvalidRequest',
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  const [[name = '', value] = []] = values;
  const algorithm = checksumOfHeader(name);
  if (algorithm) return { algorithm, value: requireWellFormed(algorithm, String(value)) };
  const inTrailer = checksumOfHeader(String(headers['x-amz-trailer'] ?? '').trim());
  if (inTrailer) return { algorithm: inTrailer, trailer: true };
  const announced = headers['x-amz-sdk-checksum-algorithm'];
  if (announced === undefined || request.signature?.presigned) return undefined;
  throw new S3Error(
    'InvalidRequest',
    `x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were ` +
      `found (${checksumAlgorithm(String(announced))}).`,
  );
}

/** Each chunk's signature depends on the previous signature. The first one depends on the request's signature. */
function chunkVerifier({ signature: seed }: S3Request, { chunked }: Expectations, accessKey: AccessKey) {
  if (!chunked?.signed || !seed) return undefined;
  const { date, scope } = seed;
  let previous = seed.value;
  const empty = createHash('sha256').digest('hex');
  return async (kind: 'PAYLOAD' | 'TRAILER', signature: string, digest: string) => {
    const digests = kind === 'PAYLOAD' ? [empty, digest] : [digest];
    const text = [`AWS4-HMAC-SHA256-${kind}`, date, scope, previous, ...digests].join('\n');
    if ((await signText(text, seed, accessKey)) !== signature) {
      throw new S3Error('SignatureDoesNotMatch', 'The signature of a chunk does not match its bytes.');
    }
    previous = signature;
  };
}
