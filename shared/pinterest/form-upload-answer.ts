import type http from 'node:http';
import { FormUploadError } from './form-upload-error.ts';

export interface FormUploadAnswer {
  /** HTTP status, 200 to 299. */
  status: number;
  eTag?: string;
}

/** S3's error documents are short. Only the start of a longer document is kept. */
const MAX_ERROR_DOCUMENT_BYTES = 16 * 1024;

/**
 * Reads the upload host's response to its end.
 * @throws FormUploadError with the status and S3's error code when the host refused the form
 * @throws Error when the connection closes in the middle of a success response
 */
export async function readAnswer(response: http.IncomingMessage): Promise<FormUploadAnswer> {
  const status = response.statusCode ?? 0;
  const succeeded = status >= 200 && status < 300;
  const chunks: Buffer[] = [];
  let kept = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      if (kept < MAX_ERROR_DOCUMENT_BYTES) chunks.push(chunk);
      kept += chunk.length;
    }
  } catch (error) {
    // A refusal is still a refusal when its error document is incomplete.
    if (succeeded) throw error;
  }
  const eTag = response.headers.etag?.replaceAll('"', '');
  if (succeeded) return eTag === undefined ? { status } : { status, eTag };
  const document = Buffer.concat(chunks).toString();
  const s3Code = element(document, 'Code');
  const s3Message = element(document, 'Message');
  const said = [s3Code, s3Message].filter((part) => part !== undefined).join(': ');
  const message = `The upload host answered ${status}${said === '' ? '' : ` (${said})`}.`;
  throw new FormUploadError(message, { side: 'sink', status, s3Code, s3Message });
}

/**
 * Returns an element of S3's error document, which has no nested elements:
 * `<Error><Code>…</Code><Message>…</Message>…`.
 */
function element(document: string, name: 'Code' | 'Message'): string | undefined {
  return new RegExp(`<${name}>([^<]{1,300})</${name}>`).exec(document)?.[1];
}
