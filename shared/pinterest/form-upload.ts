import type http from 'node:http';
import type { Readable } from 'node:stream';
import { keptConnections } from './connections.ts';
import { FormUploadError } from './form-upload-error.ts';
import { type MultipartFile, multipartEnvelope } from './multipart.ts';

export interface FormUpload {
  /** Where to: checked by `uploadDestination`. */
  url: URL;
  /** Form fields, sent in this order before the file. */
  fields: Record<string, string>;
  file: MultipartFile & { body: Readable };
  /** Milliseconds without a byte moving, on either side, until the upload is given up. */
  idleTimeoutMs?: number;
  /** Ends the upload, as a failure of the sink: it was not done in time. */
  signal?: AbortSignal;
  /** Told how many of the file's bytes have been handed to the connection. */
  onProgress?: (sentBytes: number) => void;
}

export interface FormUploadAnswer {
  status: number;
  eTag?: string;
}

/** Of an error document only the start is kept: it is S3's, and short. */
const MAX_ERROR_DOCUMENT_BYTES = 16 * 1024;
/** Fewer, larger writes: less work per byte on both ends of the connection. */
const HIGH_WATER_MARK = 1024 * 1024;

const send = keptConnections({ highWaterMark: HIGH_WATER_MARK });

/**
 * Streams a file as S3's form upload (POST Object): all fields first, the file last, an exact Content-Length. Memory
 * stays constant: the source is paused whenever the connection's buffer is full. Redirects are not followed.
 * @throws FormUploadError which says whether the source or the sink failed
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
 */
export function formUpload(upload: FormUpload): Promise<FormUploadAnswer> {
  const { url, fields, file, idleTimeoutMs = 60_000, signal, onProgress } = upload;
  const { body } = file;
  const envelope = multipartEnvelope(Object.entries(fields), file);

  return new Promise((resolve, reject) => {
    let sent = 0;
    let waitingForSink = true;
    let ended = false;
    let answered = false;
    let settled = false;

    const request = send(url, {
      method: 'POST',
      headers: { 'Content-Type': envelope.contentType, 'Content-Length': envelope.contentLength },
    });

    const settle = (error: FormUploadError | undefined, answer?: FormUploadAnswer) => {
      if (settled) return;
      settled = true;
      clearTimeout(idle);
      signal?.removeEventListener('abort', abort);
      body.off('data', forward);
      body.destroy();
      if (error) {
        request.destroy();
        reject(error);
      } else resolve(answer as FormUploadAnswer);
    };
    const sourceFailed = (message: string, cause?: unknown) =>
      settle(new FormUploadError(message, { side: 'source' }, { cause }));
    const sinkFailed = (message: string, cause?: unknown) =>
      settle(new FormUploadError(message, { side: 'sink' }, { cause }));

    const idle = setTimeout(() => {
      const seconds = Math.round(idleTimeoutMs / 1000);
      if (waitingForSink) sinkFailed(`The upload host took nothing and said nothing for ${seconds} s.`);
      else sourceFailed(`The object's bytes stopped coming for ${seconds} s.`);
    }, idleTimeoutMs);

    const forward = (chunk: Buffer) => {
      idle.refresh();
      sent += chunk.length;
      if (sent > file.size) return sourceFailed(`The object is longer than the ${file.size} bytes it should have.`);
      onProgress?.(sent);
      const taken = request.write(chunk);
      // At once, and not when the source has said that this was all: a host that refused the form may have closed by then.
      if (sent === file.size) end();
      else if (!taken) {
        waitingForSink = true;
        body.pause();
      }
    };
    const end = () => {
      ended = true;
      waitingForSink = true;
      request.end(envelope.tail);
    };

    body.on('error', (cause) => {
      if (!ended) sourceFailed("The object's bytes stopped in mid-stream.", cause);
    });
    body.on('end', () => {
      if (sent !== file.size) return sourceFailed(`The object ended after ${sent} of ${file.size} bytes.`);
      if (!ended) end();
    });
    body.on('close', () => {
      if (!ended && !body.readableEnded) sourceFailed(`The object's bytes stopped after ${sent} of ${file.size}.`);
    });

    request.on('drain', () => {
      idle.refresh();
      waitingForSink = false;
      body.resume();
    });
    request.on('error', (cause) => {
      // What the host said counts, even if it closes on what is still being sent.
      if (!answered) sinkFailed('The connection to the upload host broke.', cause);
    });
    request.on('response', (response) => {
      answered = true;
      // An answer in mid-body is a refusal: what is left of the file would only be thrown away.
      body.pause();
      waitingForSink = true;
      readAnswer(response, () => idle.refresh()).then(
        (answer) => {
          if (answer instanceof FormUploadError) settle(answer);
          else if (!ended) sinkFailed(`The upload host answered ${answer.status} before it had all of the file.`);
          else settle(undefined, answer);
        },
        (cause) => sinkFailed('The connection to the upload host broke in the middle of its answer.', cause),
      );
    });

    const abort = () => sinkFailed(`The upload was not done in time: ${sent} of ${file.size} bytes were sent.`);
    if (signal?.aborted) return abort();
    signal?.addEventListener('abort', abort, { once: true });

    request.write(envelope.head, () => {
      waitingForSink = request.writableNeedDrain;
    });
    body.on('data', forward);
  });
}

async function readAnswer(response: http.IncomingMessage, onBytes: () => void) {
  const status = response.statusCode ?? 0;
  const chunks: Buffer[] = [];
  let kept = 0;
  const succeeded = status >= 200 && status < 300;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      onBytes();
      if (kept < MAX_ERROR_DOCUMENT_BYTES) chunks.push(chunk);
      kept += chunk.length;
    }
  } catch (error) {
    // A refusal is one, however much of its document came.
    if (succeeded) throw error;
  }
  const eTag = response.headers.etag?.replaceAll('"', '');
  if (succeeded) return { status, ...(eTag === undefined ? {} : { eTag }) };
  const document = Buffer.concat(chunks).toString();
  const s3Code = element(document, 'Code');
  const s3Message = element(document, 'Message');
  const said = [s3Code, s3Message].filter((part) => part !== undefined).join(': ');
  return new FormUploadError(`The upload host answered ${status}${said === '' ? '' : ` (${said})`}.`, {
    side: 'sink',
    status,
    ...(s3Code === undefined ? {} : { s3Code }),
    ...(s3Message === undefined ? {} : { s3Message }),
  });
}

/** S3's error documents are flat and machine-made: `<Error><Code>…</Code><Message>…</Message>…`. */
function element(document: string, name: 'Code' | 'Message'): string | undefined {
  return new RegExp(`<${name}>([^<]{1,300})</${name}>`).exec(document)?.[1];
}
