import { Transform, type TransformCallback } from 'node:stream';

type State = 'size' | 'data' | 'data-end' | 'trailer';

/**
 * Takes the framing of aws-chunked bodies off: `<hex size>[;chunk-signature=…]\r\n<bytes>\r\n … 0\r\n<trailers>\r\n`.
 * The SDKs send streams so, with their checksum as a trailer; s3rver only knows the signed form without trailers.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export class AwsChunkedDecoder extends Transform {
  #state: State = 'size';
  #line = '';
  #left = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      for (let at = 0; at < chunk.length; ) at = this.#step(chunk, at);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    done(this.#state === 'trailer' ? null : new Error('The aws-chunked body ended early.'));
  }

  /** @returns where in the chunk to go on */
  #step(chunk: Buffer, at: number): number {
    if (this.#state === 'trailer') return chunk.length;
    if (this.#state === 'data') {
      const end = Math.min(chunk.length, at + this.#left);
      this.push(chunk.subarray(at, end));
      this.#left -= end - at;
      if (this.#left === 0) this.#state = 'data-end';
      return end;
    }
    const newline = chunk.indexOf(0x0a, at);
    this.#line += chunk.toString('latin1', at, newline === -1 ? chunk.length : newline);
    if (this.#line.length > 4096) throw new Error('The aws-chunked body is malformed.');
    if (newline === -1) return chunk.length;
    this.#endLine();
    return newline + 1;
  }

  #endLine(): void {
    const line = this.#line.replace(/\r$/, '');
    this.#line = '';
    if (this.#state === 'data-end') {
      if (line !== '') throw new Error('The aws-chunked body is malformed.');
      this.#state = 'size';
      return;
    }
    const [hex = ''] = line.split(';');
    if (!/^[0-9A-Fa-f]+$/.test(hex)) throw new Error('The aws-chunked body is malformed.');
    this.#left = Number.parseInt(hex, 16);
    this.#state = this.#left === 0 ? 'trailer' : 'data';
  }
}
