import { imageSize } from 'image-size';
import type { CoverContentType, PinCover } from '../../../shared/pinterest/pin.ts';

/**
 * Largest cover image. Pinterest's API does not state a limit; its help page has 20 MB for an image on the web
 * (https://help.pinterest.com/en/business/article/pinterest-product-specs). In base64 it is 28 MB, which the function
 * holds in memory a few times.
 */
export const MAX_COVER_BYTES = 20 * 1024 * 1024;

const SIGNATURES: [CoverContentType, number[]][] = [
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
];

/**
 * Judges a cover image by its bytes: the name and the content type of the object do not matter.
 * @returns the cover, or what is wrong with the image
 */
export function coverImageOf(image: Uint8Array): PinCover | { problem: string } {
  const [contentType] = SIGNATURES.find(([, bytes]) => bytes.every((byte, index) => image[index] === byte)) ?? [];
  if (contentType === undefined) return { problem: 'is neither a JPEG nor a PNG image' };
  const { width = 0, height = 0 } = dimensionsOf(image) ?? {};
  return width > 0 && height > 0 ? { image, contentType } : { problem: 'has no readable dimensions: it is damaged' };
}

function dimensionsOf(image: Uint8Array) {
  try {
    return imageSize(image);
  } catch {
    return undefined;
  }
}
