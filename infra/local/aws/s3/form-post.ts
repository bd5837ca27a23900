import type { IncomingMessage } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import busboy from 'busboy';
import { S3Error } from './s3-error.ts';

export interface FormPostOptions {
  /** Milliseconds without a byte until the answer is RequestTimeout; by default it waits. */
  idleTimeoutMs?: number;
  /** Called with the number of bytes of each piece of the body. */
  onBytes?: (bytes: number) => void;
  /** What the body passes before it is read. */
  through?: Duplex;
}

export interface FormFile {
  /** Without directories. */
  name: string;
  contentType: string;
  content: Readable;
}

/** Values by the fields' names in lower case. */
export type FormFields = ReadonlyMap<string, string>;

const MOST_FIELD_BYTES = 64 * 1024;

/**
 * Reads S3's POST Object, streaming: the fields first, the file last.
 * @param accept called once with the fields that came before the file, and reads the file; may reject at once
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
      // The reader of the file must not wait for the rest of it.
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

/** Errors of other kinds come from the parser, or from streams that were cut off. */
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
