import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { MAX_COVER_BYTES } from '../../../../functions/examples/publish-pin/cover-image.ts';
import { s3CoverSource } from '../../../../functions/examples/publish-pin/cover-source.ts';
import { jpegImage, pngImage } from '../../../fixtures/covers/images.ts';
import { accessKey, Bucket, runS3 } from '../../../infra/local/aws/s3/running-s3.ts';

const video = { bucket: Bucket, key: 'März/clip 1.mp4' };

async function covers() {
  const { client, put } = await runS3();
  const remove = (ending: string) =>
    client.send(new DeleteObjectCommand({ Bucket: video.bucket, Key: video.key + ending }));
  return {
    source: s3CoverSource(client),
    put: (ending: string, bytes: Buffer) => put(video.key + ending, bytes),
    remove,
  };
}

describe('the cover image beside a video', () => {
  it('is the .jpg, else the .jpeg, else the .png, and its bytes say its type', async () => {
    const { source, put, remove } = await covers();
    expect(await source.read(video)).toBeUndefined();
    await put('.png', jpegImage);
    expect(await source.read(video)).toEqual({ image: new Uint8Array(jpegImage), contentType: 'image/jpeg' });
    await put('.jpeg', pngImage);
    expect(await source.read(video)).toMatchObject({ contentType: 'image/png' });
    await put('.jpg', jpegImage);
    expect(await source.read(video)).toMatchObject({ contentType: 'image/jpeg' });
    await remove('.jpg');
    expect(await source.read(video)).toMatchObject({ contentType: 'image/png' });
  });

  it('is refused when it is not an image, or too large, without a look at the next one', async () => {
    const { source, put } = await covers();
    await put('.png', pngImage);
    await put('.jpg', Buffer.from('<html>'));
    expect(await source.read(video)).toEqual({
      problem: 'The cover image März/clip 1.mp4.jpg is neither a JPEG nor a PNG image.',
    });
    await put('.jpg', Buffer.concat([jpegImage, Buffer.alloc(MAX_COVER_BYTES - jpegImage.length)]));
    expect(await source.read(video)).toMatchObject({ contentType: 'image/jpeg' });
    await put('.jpg', Buffer.concat([jpegImage, Buffer.alloc(MAX_COVER_BYTES - jpegImage.length + 1)]));
    expect(await source.read(video)).toEqual({
      problem: 'The cover image März/clip 1.mp4.jpg has 20971521 bytes; the maximum is 20971520 (20 MB).',
    });
  });

  it('is an error when S3 does not answer, so that it is read again', async () => {
    const unreachable = new S3Client({
      endpoint: 'http://127.0.0.1:1',
      region: 'r',
      credentials: accessKey,
      maxAttempts: 1,
    });
    await expect(s3CoverSource(unreachable).read(video)).rejects.toThrow('ECONNREFUSED');
  });
});
