import type { FaultSwitch, UploadDetails } from '../wire.ts';

/** What npm start answered instead of doing it. Its message is a sentence. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
}

const GONE = 'npm start does not answer. Is it still running in its terminal?';

async function ask<Answer>(method: string, path: string): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(path, { method });
  } catch {
    throw new ServerError(GONE);
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new ServerError(body.message ?? `npm start answered with status ${response.status}.`);
  return body;
}

export const uploadDetails = (uploadId: string) =>
  ask<UploadDetails>('GET', `/uploads/${encodeURIComponent(uploadId)}`);

/** @returns the new attempt's upload id */
export const retryUpload = async (uploadId: string) =>
  (await ask<{ uploadId: string }>('POST', `/uploads/${encodeURIComponent(uploadId)}/retry`)).uploadId;

export const turnFault = (name: string, on: boolean) => ask<FaultSwitch[]>(on ? 'PUT' : 'DELETE', `/faults/${name}`);

/** Headers are ASCII: what is not goes as an encoded word. @see RFC 2047 */
function headerText(value: string): string {
  if (/^[\x20-\x7e]*$/.test(value)) return value;
  const bytes = String.fromCharCode(...new TextEncoder().encode(value));
  return `=?UTF-8?B?${btoa(bytes)}?=`;
}

/**
 * Puts a file into the bucket; the browser streams it from the disk.
 * @param onProgress told how many bytes have gone
 * @throws ServerError
 */
export function putFile(
  key: string,
  file: File,
  metadata: Record<string, string>,
  onProgress: (sentBytes: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // fetch tells nothing of an upload's progress.
    const request = new XMLHttpRequest();
    request.open('PUT', `/objects/${key.split('/').map(encodeURIComponent).join('/')}`);
    for (const [name, value] of Object.entries(metadata))
      request.setRequestHeader(`x-amz-meta-${name}`, headerText(value));
    if (file.type !== '') request.setRequestHeader('Content-Type', file.type);
    request.upload.addEventListener('progress', ({ loaded }) => onProgress(loaded));
    request.addEventListener('load', () => {
      if (request.status === 201) return resolve();
      reject(new ServerError(messageIn(request.responseText) ?? `npm start answered with status ${request.status}.`));
    });
    request.addEventListener('error', () => reject(new ServerError(GONE)));
    request.send(file);
  });
}

function messageIn(text: string): string | undefined {
  try {
    return JSON.parse(text).message;
  } catch {
    return undefined;
  }
}
