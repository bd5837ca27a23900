import type { IncomingMessage } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import busboy from 'busboy';
import { S3Error } from './s3-error.ts';

export interface FormPostOptions {
  /** Milliseconds without a byte until the request fails with RequestTimeout; no timeout by default. */
  idleTimeoutMs?: number;
  /** Called with the number of bytes of each received chunk. */
  onBytes?: (bytes: number) => void;
  /** A stream that the body is piped through before the form is parsed. */
  through?: Duplex;
}

export interface FormFile {
  /** File name without directories. */
  name: string;
  contentType: string;
  content: Readable;
}

/** Field values by lower-case field name. */
export type FormFields = ReadonlyMap<string, string>;

const MOST_FIELD_BYTES = 64 * 1024;

/**
 * Parses the form of S3's POST Object as a stream. The fields come first, the file comes last.
 * @param accept called once with the fields and the file; reads the file, or rejects without reading it
 * @throws S3Error
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
 */
export function readFormPost<T>(
  request: IncomingMessage,
  accept: (fields: FormFields, file: FormFile) => Promise<T>,
  { idleTimeoutMs, onBytes, through }: FormPostOptions = {},
): Promise<T> {
  const { headers } = request;
  if (headers['content-length'] === undefined) {
    return Promise.reject(new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.'));
  }
  if (!headers['content-type']?.startsWith('multipart/form-data')) {
    const message = 'Bucket POST must be of the enclosure-type multipart/form-data';
    return Promise.reject(new S3Error('PreconditionFailed', message));
  }
  return new Promise((resolve, reject) => {
    const fields = new Map<string, string>();
    let accepted: Promise<T> | undefined;
    const body = through ? request.pipe(through) : request;
    const parser = busboy({ headers, limits: { fieldSize: MOST_FIELD_BYTES }, defParamCharset: 'utf8' });
    const refuse = (error: unknown) => {
      clearTimeout(idle);
      body.unpipe(parser);
      // Destroy the parser: `accept` would wait forever for the rest of the file.
      parser.destroy();
      reject(isNamed(error) ? error : malformed());
    };
    const idle = setTimeout(() => refuse(timedOut()), idleTimeoutMs ?? NEVER_MS);
    if (idleTimeoutMs === undefined) clearTimeout(idle);

    parser.on('field', (name, value) => {
      if (accepted) refuse(new S3Error('InvalidArgument', 'The file must be the last field of the form.'));
      else fields.set(name.toLowerCase(), value);
    });
    parser.on('file', (name, content, { filename = '', mimeType: contentType }) => {
      if (accepted || name !== 'file') {
        content.resume();
        return refuse(exactlyOneFile());
      }
      content.on('error', () => {});
      accepted = accept(fields, { name: filename, contentType, content });
      accepted.catch(refuse);
    });
    parser.on('error', refuse);
    parser.on('close', () => {
      clearTimeout(idle);
      if (accepted) accepted.then(resolve, refuse);
      else refuse(exactlyOneFile());
    });
    request.on('data', (chunk: Buffer) => {
      if (idleTimeoutMs !== undefined) idle.refresh();
      onBytes?.(chunk.length);
    });
    request.on('close', () => request.complete || refuse(new S3Error('IncompleteBody', 'The body ended early.')));
    body.pipe(parser);
  });
}

const NEVER_MS = 2 ** 31 - 1;

/** True for an error with an HTTP status. Other errors come from the parser or from interrupted streams. */
const isNamed = (error: unknown) =>
  error instanceof Error && typeof (error as { status?: unknown }).status === 'number';

const malformed = () =>
  new S3Error('MalformedPOSTRequest', 'The body of your POST request is not well-formed multipart/form-data.');
const exactlyOneFile = () => new S3Error('InvalidArgument', 'POST requires exactly one file upload per request.');
const timedOut = () =>
  new S3Error(
    'RequestTimeout',
    'Your socket connection to the server was not read from or written to within the timeout period.',
  );
