import * as z from 'zod/mini';
import { bookmark, id, items, lenient, text } from './lenient.ts';

/** The maximum lengths of a Pin's texts, in characters. @see Pinterest OpenAPI 5.23.0, schema PinCreate */
export const PIN_LIMITS = { title: 100, description: 800, link: 2048, altText: 500 } as const;

/** The content types of a cover image that is sent with the Pin. @see Pinterest OpenAPI 5.23.0, schema ContentType */
export type CoverContentType = 'image/jpeg' | 'image/png';

/** The URL of a picture, the time in seconds of a frame in the video, or the bytes of a picture. */
export type PinCover =
  | { url: string }
  | { keyFrameSeconds: number }
  | { image: Uint8Array; contentType: CoverContentType };

/** A request to make a Pin from an uploaded video. */
export interface PinRequest {
  boardId: string;
  boardSectionId?: string;
  mediaId: string;
  title?: string;
  description?: string;
  link?: string;
  altText?: string;
  /** Hexadecimal RGB, such as `#6E7874`. */
  dominantColor?: string;
  cover: PinCover;
}

/** A Pin as Pinterest returns it. It does not name the media that it was made from. */
export interface Pin {
  pinId: string;
  boardId?: string;
  title?: string;
  description?: string;
  link?: string;
  altText?: string;
  mediaType?: string;
}

export interface PinPage {
  items: Pin[];
  /** Cursor of the next page; absent on the last page. */
  bookmark?: string;
}

/** Only the id is required. @see Pinterest OpenAPI 5.23.0, schema Pin */
export const pinSchema = z.object({
  id,
  board_id: lenient(text),
  title: lenient(text),
  description: lenient(text),
  link: lenient(text),
  alt_text: lenient(text),
  media: lenient(z.object({ media_type: lenient(text) })),
});

export const pinPageSchema = z.object({ items: items(pinSchema), bookmark });

/** @see Pinterest OpenAPI 5.23.0, schemas PinCreate and PinMediaSourceVideoID */
export function pinCreateBody({
  boardId,
  boardSectionId,
  mediaId,
  title,
  description,
  link,
  altText,
  dominantColor,
  cover,
}: PinRequest) {
  return {
    board_id: boardId,
    board_section_id: boardSectionId,
    title,
    description,
    link,
    alt_text: altText,
    dominant_color: dominantColor,
    media_source: { source_type: 'video_id', media_id: mediaId, ...coverFields(cover) },
  };
}

function coverFields(cover: PinCover) {
  if ('url' in cover) return { cover_image_url: cover.url };
  if ('keyFrameSeconds' in cover) return { cover_image_key_frame_time: cover.keyFrameSeconds };
  const { buffer, byteOffset, byteLength } = cover.image;
  return {
    cover_image_data: Buffer.from(buffer, byteOffset, byteLength).toString('base64'),
    cover_image_content_type: cover.contentType,
  };
}

export function pinOf({
  id: pinId,
  board_id,
  title,
  description,
  link,
  alt_text,
  media,
}: z.infer<typeof pinSchema>): Pin {
  return {
    pinId,
    boardId: board_id || undefined,
    title: title || undefined,
    description: description || undefined,
    link: link || undefined,
    altText: alt_text || undefined,
    mediaType: media?.media_type || undefined,
  };
}
