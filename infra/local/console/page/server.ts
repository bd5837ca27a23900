import { headerText } from '../shared/header-text.ts';
import type { FaultSwitch, UploadDetails } from '../shared/wire.ts';
import { keyHeaders } from './key.ts';
import type { Transfer } from './transfer.ts';

/** A request that failed. The message is a sentence. */
class ServerError extends Error {
  override readonly name = 'ServerError';
}

const GONE = 'npm start does not answer. Is it still running in its terminal?';

async function answer(method: string, path: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { method, headers: keyHeaders() });
  } catch {
    throw new ServerError(GONE);
  }
  if (response.ok) return response;
  throw new ServerError(messageIn(await response.text()) ?? `npm start answered with status ${response.status}.`);
}

const ask = async <Answer>(method: string, path: string): Promise<Answer> => (await answer(method, path)).json();

export const uploadDetails = (uploadId: string) =>
  ask<UploadDetails>('GET', `/uploads/${encodeURIComponent(uploadId)}`);

/** @returns the upload id of the new attempt */
export const retryUpload = async (uploadId: string) =>
  (await ask<{ uploadId: string }>('POST', `/uploads/${encodeURIComponent(uploadId)}/retry`)).uploadId;

export const turnFault = (name: string, on: boolean) => ask<FaultSwitch[]>(on ? 'PUT' : 'DELETE', `/faults/${name}`);

/** Downloads the sample clip, for people without a video. @throws ServerError */
export async function sampleClip(): Promise<File> {
  const response = await answer('GET', '/sample.mp4');
  return new File([await response.blob()], 'sample.mp4', { type: 'video/mp4' });
}

/**
 * Puts a file into the bucket. The browser streams the file from the disk.
 * @param onProgress called with the number of bytes sent so far
 * @throws ServerError, also after an abort
 */
export function putFile(
  { key, file, metadata }: Transfer,
  signal: AbortSignal,
  onProgress: (sentBytes: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // fetch does not report the progress of an upload.
    const request = new XMLHttpRequest();
    request.open('PUT', `/objects/${key.split('/').map(encodeURIComponent).join('/')}`);
    for (const [name, value] of Object.entries(keyHeaders())) request.setRequestHeader(name, value);
    for (const [name, value] of Object.entries(metadata))
      request.setRequestHeader(`x-amz-meta-${name}`, headerText(value));
    if (file.type !== '') request.setRequestHeader('Content-Type', file.type);
    request.upload.addEventListener('progress', ({ loaded }) => onProgress(loaded));
    request.addEventListener('load', () => {
      if (request.status === 201) return resolve();
      reject(new ServerError(messageIn(request.responseText) ?? `npm start answered with status ${request.status}.`));
    });
    request.addEventListener('error', () => reject(new ServerError(GONE)));
    request.addEventListener('abort', () => reject(new ServerError('It was cancelled.')));
    signal.addEventListener('abort', () => request.abort());
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
