import { describe, expect, it } from 'vitest';
import { coverImageOf } from '../../../../functions/examples/publish-pin/cover-image.ts';
import { jpegImage, pngImage } from '../../../fixtures/covers/images.ts';

describe('coverImageOf', () => {
  it.each([
    ['JPEG', jpegImage, 'image/jpeg'],
    ['PNG', pngImage, 'image/png'],
  ])('accepts a %s by its bytes', (_kind, image, contentType) => {
    expect(coverImageOf(image)).toEqual({ image, contentType });
  });

  it.each([
    ['nothing', Buffer.alloc(0), 'is neither a JPEG nor a PNG image'],
    ['text', Buffer.from('not an image'), 'is neither a JPEG nor a PNG image'],
    ['a GIF', Buffer.from('474946383961010001000000', 'hex'), 'is neither a JPEG nor a PNG image'],
    ['a WebP', Buffer.from('RIFF....WEBPVP8 '), 'is neither a JPEG nor a PNG image'],
    ['a video', Buffer.from('0000001866747970', 'hex'), 'is neither a JPEG nor a PNG image'],
    [
      'the first bytes of a JPEG',
      new Uint8Array(jpegImage.subarray(0, 12)),
      'has no readable dimensions: it is damaged',
    ],
    ['the first bytes of a PNG', new Uint8Array(pngImage.subarray(0, 18)), 'has no readable dimensions: it is damaged'],
    [
      'a JPEG that goes on with noise',
      Buffer.concat([jpegImage.subarray(0, 4), Buffer.alloc(500, 0xab)]),
      'has no readable dimensions: it is damaged',
    ],
  ])('refuses %s', (_what, image, problem) => {
    expect(coverImageOf(image)).toEqual({ problem });
  });
});
