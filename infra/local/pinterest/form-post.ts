import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import busboy from 'busboy';
import type { ReceivedFile } from './media-store.ts';
import { S3Error } from './s3-error.ts';
import { checkPolicy, type GrantedPolicy } from './upload-policy.ts';

export interface FormPostOptions {
  signingKey: string;
  /** Milliseconds without a byte until S3 answers RequestTimeout. */
  idleTimeoutMs: number;
  now: () => Date;
  /** Told how many of the body's bytes came. */
  onBytes?: (bytes: number) => void;
  /** What the body goes through before it is read. */
  through?: Duplex;
}

export interface PostedForm {
  mediaId: string;
  file: ReceivedFile;
  /** The file's first bytes. */
  start: Buffer;
  eTag: string;
}

/** Enough to know a video from something else. */
const START_BYTES = 12;

/**
 * Reads an upload as S3's POST Object does: streaming, with all its rules and errors. Only sums are kept of the file.
 * @throws S3Error
 */
export function readFormPost(request: IncomingMessage, options: FormPostOptions): Promise<PostedForm> {
  const { headers } = request;
  if (headers['content-length'] === undefined) {
    return Promise.reject(new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.'));
  }
  const isForm = headers['content-type']?.startsWith('multipart/form-data');
  if (!isForm) {
    return Promise.reject(
      new S3Error('PreconditionFailed', 'Bucket POST must be of the enclosure-type multipart/form-data'),
    );
  }
  return new Promise((resolve, reject) => {
    const fields = new Map<string, string>();
    let file: Promise<Omit<PostedForm, 'mediaId'>> | undefined;
    let granted: GrantedPolicy | undefined;
    const refuse = (error: unknown) => {
      clearTimeout(idle);
      body.unpipe(parser);
      reject(
        error instanceof S3Error
          ? error
          : new S3Error('MalformedPOSTRequest', 'The body is not well-formed multipart/form-data.'),
      );
    };
    const timedOut = () =>
      refuse(
        new S3Error(
          'RequestTimeout',
          'Your socket connection to the server was not read from or written to within the timeout period.',
        ),
      );
    const idle = setTimeout(timedOut, options.idleTimeoutMs);
    const body = options.through ? request.pipe(options.through) : request;
    const parser = busboy({ headers, limits: { fieldSize: 64 * 1024 }, defParamCharset: 'utf8' });
    const attempt = (step: () => void) => {
      try {
        step();
      } catch (error) {
        refuse(error);
      }
    };

    parser.on('field', (name, value) =>
      attempt(() => {
        if (file) throw new S3Error('InvalidArgument', 'The file must be the last field of the form.');
        fields.set(name.toLowerCase(), value);
      }),
    );
    parser.on('file', (name, stream, { filename: fileName, mimeType: contentType }) =>
      attempt(() => {
        if (file || name !== 'file') {
          stream.resume();
          throw new S3Error('InvalidArgument', 'POST requires exactly one file upload per request.');
        }
        granted = checkPolicy(fields, options.signingKey, options.now());
        const about = { fileName: fileName ?? '', contentType, contentLength: Number(headers['content-length']) };
        file = digested(stream, granted).then(({ size, sha256, eTag, start }) => ({
          file: { size, sha256, ...about },
          eTag,
          start,
        }));
        file.catch(refuse);
      }),
    );
    parser.on('error', refuse);
    parser.on('close', () => {
      clearTimeout(idle);
      if (!file) return refuse(new S3Error('InvalidArgument', 'POST requires exactly one file upload per request.'));
      file.then((done) => resolve({ ...done, mediaId: granted?.mediaId ?? '' }), refuse);
    });
    request.on('data', (chunk: Buffer) => {
      idle.refresh();
      options.onBytes?.(chunk.length);
    });
    request.on('close', () => request.complete || refuse(new S3Error('IncompleteBody', 'The body ended early.')));
    body.pipe(parser);
  });
}

async function digested(stream: Readable, { minBytes, maxBytes }: GrantedPolicy) {
  const sha256 = createHash('sha256');
  const md5 = createHash('md5');
  let size = 0;
  let start = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
    if (start.length < START_BYTES) start = Buffer.concat([start, chunk.subarray(0, START_BYTES - start.length)]);
    sha256.update(chunk);
    md5.update(chunk);
  }
  if (size < minBytes)
    throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
  return { size, start, sha256: sha256.digest('hex'), eTag: md5.digest('hex') };
}
