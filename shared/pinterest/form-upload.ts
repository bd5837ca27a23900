import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { keptConnections } from './connections.ts';
import { type FormUploadAnswer, readAnswer } from './form-upload-answer.ts';
import { FormUploadError, type FormUploadErrorDetails } from './form-upload-error.ts';
import { type MultipartFile, multipartEnvelope } from './multipart.ts';

export interface FormUpload {
  /** The URL of the upload host. Check it with `uploadDestination` first. */
  url: URL;
  /** Form fields, sent in this order before the file. */
  fields: Record<string, string>;
  file: MultipartFile & { body: Readable };
  /** Milliseconds without any byte sent or received, on either side, before the upload fails. Default 60,000. */
  idleTimeoutMs?: number;
  /** Aborts the upload with an error of the sink that says that the upload took too long. */
  signal?: AbortSignal;
  /** Called with the number of bytes of the file written to the connection so far. */
  onProgress?: (sentBytes: number) => void;
}

/** Fewer and larger writes need less CPU per byte. A larger size than this gains nothing and costs memory. */
const HIGH_WATER_MARK_BYTES = 256 * 1024;

const send = keptConnections({ highWaterMark: HIGH_WATER_MARK_BYTES });

/**
 * Streams a file as an S3 form upload (POST Object): all fields first, the file last, an exact Content-Length. Memory
 * use is constant: the source is paused while the connection's buffer is full. Redirects are not followed.
 * @throws FormUploadError, which says whether the source or the sink failed
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
 */
export async function formUpload(upload: FormUpload): Promise<FormUploadAnswer> {
  const { url, fields, file, idleTimeoutMs = 60_000, signal, onProgress } = upload;
  const { body, size } = file;
  const { contentType, contentLength, head, tail } = multipartEnvelope(Object.entries(fields), file);
  const headers = { 'Content-Type': contentType, 'Content-Length': contentLength };
  const request = send(url, { method: 'POST', headers, timeout: idleTimeoutMs });
  let sent = 0;

  // When one side fails, destroy both sides. Report only the first failure.
  let failure: FormUploadError | undefined;
  const fail = (side: FormUploadErrorDetails['side'], message: string, cause?: unknown) => {
    failure ??= new FormUploadError(message, { side }, { cause });
    request.destroy(failure);
    body.destroy();
  };
  const count = (chunk: Buffer) => {
    sent += chunk.length;
    if (sent > size) fail('source', `The object is longer than the ${size} bytes it should have.`);
    else onProgress?.(sent);
  };
  const abort = () => fail('sink', `The upload was not done in time: ${sent} of ${size} bytes were sent.`);

  request.on('error', (cause) => fail('sink', 'The connection to the upload host broke.', cause));
  request.on('timeout', () => {
    const seconds = Math.round(idleTimeoutMs / 1000);
    if (request.writableEnded || request.writableLength > 0)
      fail('sink', `The upload host took nothing and said nothing for ${seconds} s.`);
    else fail('source', `The object's bytes stopped coming for ${seconds} s.`);
  });
  body.on('error', (cause) => fail('source', "The object's bytes stopped in mid-stream.", cause));
  body.on('close', () => {
    if (!body.readableEnded) fail('source', `The object's bytes stopped after ${sent} of ${size}.`);
  });
  // Count before `pipe`: bytes beyond the announced length must not reach the connection.
  body.on('data', count);
  body.on('end', () => {
    if (sent === size) request.end(tail);
    else fail('source', `The object ended after ${sent} of ${size} bytes.`);
  });

  try {
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    request.write(head);
    body.pipe(request, { end: false });
    const [response] = await once(request, 'response');
    // A response before the end of the form is a refusal: stop sending, because the host would discard the rest.
    body.off('data', count).unpipe(request);
    const answer = await readAnswer(response);
    if (request.writableEnded) return answer;
    throw new FormUploadError(`The upload host answered ${answer.status} before it had all of the file.`, {
      side: 'sink',
    });
  } catch (cause) {
    request.destroy();
    if (cause instanceof FormUploadError) throw cause;
    throw failure ?? new FormUploadError('The connection to the upload host broke.', { side: 'sink' }, { cause });
  } finally {
    signal?.removeEventListener('abort', abort);
    body.destroy();
  }
}
