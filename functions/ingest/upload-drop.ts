import type { DroppedObject } from '../../shared/events/events.ts';
import { type FormUpload, formUpload } from '../../shared/pinterest/form-upload.ts';
import { FormUploadError } from '../../shared/pinterest/form-upload-error.ts';
import type { MediaUpload } from '../../shared/pinterest/media.ts';
import type { PinterestClient } from '../../shared/pinterest/pinterest-client.ts';
import { uploadDestination } from '../../shared/pinterest/upload-destination.ts';
import { UntrustedUploadHostError, UploadTooSlowError } from '../outcome/fault.ts';
import type { DropSource } from './drop-source.ts';

export interface UploadPorts {
  source: DropSource;
  pinterest: Pick<PinterestClient, 'mediaCreate' | 'mediaGet'>;
  apiUrl: string;
}

/**
 * Streams a dropped object to the upload host of its registration.
 * @returns when the upload host has acknowledged the file, or when Pinterest has the file although the acknowledgement
 * was lost
 */
export async function uploadDrop(
  object: DroppedObject,
  registration: MediaUpload,
  { source, pinterest, apiUrl }: UploadPorts,
  options: Pick<FormUpload, 'onProgress' | 'signal'>,
): Promise<void> {
  const url = trustedDestination(registration.uploadUrl, apiUrl);
  const file = {
    name: object.key.split('/').at(-1) ?? object.key,
    contentType: object.contentType ?? 'application/octet-stream',
    size: object.size,
    body: await source.open(object),
  };
  const { signal, onProgress } = options;
  const began = Date.now();
  let sentBytes = 0;
  try {
    await formUpload({
      url,
      fields: registration.uploadParameters,
      file,
      signal,
      onProgress(sent) {
        sentBytes = sent;
        onProgress?.(sent);
      },
    });
  } catch (error) {
    if (signal?.aborted && sentBytes < object.size) {
      const sent = { sentBytes, sizeBytes: object.size, seconds: (Date.now() - began) / 1000 };
      throw new UploadTooSlowError(sent, { cause: error });
    }
    if (!(await arrivedAllTheSame(error, registration.mediaId, pinterest))) throw error;
  }
}

function trustedDestination(uploadUrl: string, apiUrl: string): URL {
  try {
    return uploadDestination(uploadUrl, apiUrl);
  } catch (cause) {
    throw new UntrustedUploadHostError((cause as Error).message, { cause });
  }
}

/** S3's response can be lost after S3 has stored the file. Uploading again would then make a second media. */
async function arrivedAllTheSame(
  error: unknown,
  mediaId: string,
  pinterest: UploadPorts['pinterest'],
): Promise<boolean> {
  const unanswered = error instanceof FormUploadError && error.side === 'sink' && error.status === undefined;
  if (!unanswered) return false;
  try {
    const { status } = await pinterest.mediaGet(mediaId);
    return status !== undefined && status !== 'registered';
  } catch {
    // If the state is unknown, assume that the file did not arrive: upload it again under a new registration.
    return false;
  }
}
