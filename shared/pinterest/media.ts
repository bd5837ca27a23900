import * as z from 'zod/mini';
import { bookmark, id, items, lenient, text } from './lenient.ts';

/** @see Pinterest OpenAPI 5.23.0, schema MediaUploadStatus */
export type MediaStatus = 'registered' | 'processing' | 'succeeded' | 'failed';

/** The response of `media_get`, and each item of `media_list`. Only the id is required. */
export const mediaSchema = z.looseObject({ media_id: id, status: lenient(text) });

/** One page of `media_list`. The bookmark is null or absent on the last page. */
export const mediaPageSchema = z.object({ items: items(mediaSchema), bookmark });

/**
 * The response of `media_create`. Pinterest's OpenAPI description does not require `upload_url` and
 * `upload_parameters`, but no upload works without them. Form fields that are null are left out.
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
  /** Absent when Pinterest's response has no status. A later version of the API may add statuses. */
  status?: MediaStatus | (string & {});
  /** All other fields that Pinterest returned for a failed media, for the log. */
  details?: Record<string, unknown>;
}

export interface MediaPage {
  items: Media[];
  /** Cursor of the next page; absent on the last page. */
  bookmark?: string;
}

export interface MediaUpload {
  mediaId: string;
  /** The URL for the form upload. Do not trust it before `uploadDestination` has accepted it. */
  uploadUrl: string;
  /** Form fields to send with the file, in the order of the response. They contain a signature, which is a secret. */
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
