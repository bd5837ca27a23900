import { createHash, type Hash } from 'node:crypto';
import { S3Error } from './s3-error.ts';

export interface ChunkedOptions {
  /**
   * Checks the signature of a chunk or of the trailers; absent when chunks are not signed.
   * @param digest SHA-256 of the chunk's data, or of the trailers, in hex
   * @throws S3Error
   */
  verify?: (kind: 'PAYLOAD' | 'TRAILER', signature: string, digest: string) => Promise<void>;
  /** Called once, with the trailers. Their names are in lower case. */
  onTrailers: (trailers: Map<string, string>) => void;
}

const LONGEST_LINE = 16 * 1024;
const EMPTY = createHash('sha256').digest('hex');

/**
 * Removes the framing of an aws-chunked body:
 * `<hex size>[;chunk-signature=…]\r\n<bytes>\r\n … 0[;…]\r\n<trailers>\r\n`.
 * @yields the data as it arrives, before the signature of its chunk is checked
 * @throws S3Error when the framing is malformed or a signature does not match
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export async function* decodeAwsChunked(
  body: AsyncIterable<Buffer>,
  { verify, onTrailers }: ChunkedOptions,
): AsyncGenerator<Buffer, void, undefined> {
  const source = new BufferedSource(body);
  for (;;) {
    const { size, signature } = parseChunkHead(await source.line());
    const hash = verify && createHash('sha256');
    for await (const data of source.take(size)) {
      hash?.update(data);
      yield data;
    }
    await verify?.('PAYLOAD', signature, size === 0 ? EMPTY : (hash as Hash).digest('hex'));
    if (size === 0) break;
    if ((await source.line()) !== '') throw malformed();
  }
  const trailers = await readTrailers(source);
  const signature = trailers.get('x-amz-trailer-signature');
  if (verify && signature !== undefined) {
    trailers.delete('x-amz-trailer-signature');
    const lines = [...trailers].map(([name, value]) => `${name}:${value}\n`).join('');
    await verify('TRAILER', signature, createHash('sha256').update(lines).digest('hex'));
  }
  onTrailers(trailers);
}

function parseChunkHead(line: string): { size: number; signature: string } {
  const match = /^([0-9a-f]{1,16})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(line);
  if (!match) throw malformed();
  return { size: Number.parseInt(match[1] ?? '', 16), signature: match[2] ?? '' };
}

async function readTrailers(source: BufferedSource): Promise<Map<string, string>> {
  const trailers = new Map<string, string>();
  for (let line = await source.lineOrEnd(); line; line = await source.lineOrEnd()) {
    const at = line.indexOf(':');
    if (at < 1) throw malformed();
    trailers.set(line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim());
  }
  return trailers;
}

const malformed = () => new S3Error('InvalidRequest', 'The aws-chunked body is malformed.');
const incomplete = () =>
  new S3Error('IncompleteBody', 'The request body terminated unexpectedly: the last chunk is missing.');

/** Reads a stream line by line, or a given number of bytes at a time. */
class BufferedSource {
  readonly #chunks: AsyncIterator<Buffer>;
  #buffer: Buffer = Buffer.alloc(0);
  #ended = false;

  constructor(body: AsyncIterable<Buffer>) {
    this.#chunks = body[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    const line = await this.lineOrEnd();
    if (line === undefined || this.#ended) throw incomplete();
    return line;
  }

  /** @returns the next line without its line break; undefined at the end of the stream */
  async lineOrEnd(): Promise<string | undefined> {
    for (;;) {
      const end = this.#buffer.indexOf('\n');
      if (end > LONGEST_LINE || (end === -1 && this.#buffer.length > LONGEST_LINE)) throw malformed();
      if (end !== -1) {
        const line = this.#buffer.toString('latin1', 0, end).replace(/\r$/, '');
        this.#buffer = this.#buffer.subarray(end + 1);
        return line;
      }
      if (!(await this.#more())) return this.#buffer.length === 0 ? undefined : this.#rest();
    }
  }

  async *take(size: number): AsyncGenerator<Buffer, void, undefined> {
    for (let left = size; left > 0; ) {
      if (this.#buffer.length === 0 && !(await this.#more())) throw incomplete();
      const data = this.#buffer.subarray(0, left);
      this.#buffer = this.#buffer.subarray(data.length);
      left -= data.length;
      yield data;
    }
  }

  #rest(): string {
    const rest = this.#buffer.toString('latin1').replace(/\r$/, '');
    this.#buffer = Buffer.alloc(0);
    return rest;
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#chunks.next();
    this.#ended = done === true;
    if (done) return false;
    this.#buffer = this.#buffer.length === 0 ? value : Buffer.concat([this.#buffer, value]);
    return true;
  }
}
