import type { MediaUpload } from '../../shared/pinterest/media.ts';
import type { PinterestClient } from '../../shared/pinterest/pinterest-client.ts';
import { PinterestError } from '../../shared/pinterest/pinterest-error.ts';
import type { RateLimitGate } from '../aws/rate-limit-gate.ts';

/**
 * Registers a video. While the rate-limit gate is closed, it makes no request, and throws the error that a request
 * would have caused.
 * @throws PinterestError
 */
export async function registerMedia(
  pinterest: Pick<PinterestClient, 'mediaCreate'>,
  gate: RateLimitGate,
): Promise<MediaUpload> {
  const closedFor = await gate.closedForSeconds();
  if (closedFor > 0) {
    throw new PinterestError('Pinterest asked to wait before the next media_create.', {
      operation: 'media_create',
      status: 429,
      retryAfterSeconds: closedFor,
    });
  }
  try {
    return await pinterest.mediaCreate();
  } catch (error) {
    const { status, retryAfterSeconds = 0 } = error instanceof PinterestError ? error : {};
    if (status === 429 && retryAfterSeconds > 0) await gate.close(retryAfterSeconds);
    throw error;
  }
}
