import * as z from 'zod/mini';
import { bookmark, id, items, lenient, text } from './lenient.ts';

/** @see Pinterest OpenAPI 5.23.0, schema MediaUploadStatus */
export type MediaStatus = 'registered' | 'processing' | 'succeeded' | 'failed';

/** What `media_get` answers, and each item of `media_list`. Only the id and the type are required. */
export const mediaSchema = z.looseObject({ media_id: id, status: lenient(text) });

/** What `media_list` answers: a page. The bookmark is null or absent on the last one. */
export const mediaPageSchema = z.object({ items: items(mediaSchema), bookmark });

/**
 * What `media_create` answers. Pinterest's OpenAPI does not require `upload_url` and `upload_parameters`, but no upload
 * works without them. Form fields that are null are left out.
 */
export const mediaUploadSchema = z.object({
  media_id: id.check(z.regex(/^\d+$/)),
  upload_url: z.string().check(z.url()),
  upload_parameters: z.pipe(
    z.record(z.string(), z.nullish(text)),
    z.transform(
      (fields) =>
        Object.fromEntries(
          Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
        ) as Record<string, string>,
    ),
  ),
});

export interface Media {
  mediaId: string;
  /** Absent when Pinterest did not say; a later version of its API may know more statuses. */
  status?: MediaStatus | (string & {});
  /** What else came along with a failed media, for the log. */
  details?: Record<string, unknown>;
}

export interface MediaPage {
  items: Media[];
  /** Cursor of the next page; absent on the last one. */
  bookmark?: string;
}

export interface MediaUpload {
  mediaId: string;
  /** Where the form upload goes. Untrusted until `uploadDestination` let it pass. */
  uploadUrl: string;
  /** Form fields to send along, in the order in which they came. They contain a signature: a secret. */
  uploadParameters: Record<string, string>;
}

export function mediaOf({
  media_id: mediaId,
  media_type: _type,
  status,
  ...details
}: z.infer<typeof mediaSchema>): Media {
  return status === 'failed' && Object.keys(details).length > 0 ? { mediaId, status, details } : { mediaId, status };
}
