import type { Readable } from 'node:stream';
import { GetObjectCommand, InvalidObjectState, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import type { DroppedObject } from '../../../shared/events/events.ts';
import type { PinCover } from '../../../shared/pinterest/pin.ts';
import { coverKeysOf } from '../../../shared/upload/companion-keys.ts';
import { coverImageOf, MAX_COVER_BYTES } from './cover-image.ts';

/** Reads the cover image that lies beside a video. */
export interface CoverSource {
  /**
   * Reads the first of `clip.mp4.jpg`, `clip.mp4.jpeg` and `clip.mp4.png` that exists.
   * @returns the cover, or a sentence about why it is unusable; undefined without an image
   */
  read(video: Pick<DroppedObject, 'bucket' | 'key'>): Promise<PinCover | { problem: string } | undefined>;
}

/** A {@link CoverSource} over Amazon S3. It reads an image only if its size is within the limit. */
export function s3CoverSource(s3: S3Client): CoverSource {
  const readOne = async (Bucket: string, Key: string) => {
    try {
      const { Body, ContentLength = 0 } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      if (Body === undefined || ContentLength > MAX_COVER_BYTES) {
        (Body as Readable | undefined)?.destroy();
        return { problem: `has ${ContentLength} bytes; the maximum is ${MAX_COVER_BYTES} (20 MB)` };
      }
      return coverImageOf(await Body.transformToByteArray());
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      if (error instanceof InvalidObjectState) return { problem: 'is archived, and S3 does not return it' };
      throw error;
    }
  };
  return {
    async read({ bucket, key: video }) {
      for (const key of coverKeysOf(video)) {
        const read = await readOne(bucket, key);
        if (read === undefined) continue;
        return 'problem' in read ? { problem: `The cover image ${key} ${read.problem}.` } : read;
      }
      return undefined;
    },
  };
}
