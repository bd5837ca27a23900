import * as z from 'zod/mini';

/** @see Pinterest OpenAPI 5.23.0, schema MediaUploadStatus */
export const mediaStatusSchema = z.enum(['registered', 'processing', 'succeeded', 'failed']);
export type MediaStatus = z.infer<typeof mediaStatusSchema>;

/** What `media_get` answers, and each item of `media_list`. */
export const mediaSchema = z.object({
  media_id: z.string(),
  media_type: z.optional(z.string()),
  status: mediaStatusSchema,
});

/** What `media_list` answers: a page. The bookmark is null or absent on the last one. */
export const mediaPageSchema = z.object({
  items: z.array(mediaSchema),
  bookmark: z.optional(z.nullable(z.string())),
});

/**
 * What `media_create` answers. The OpenAPI does not mark the last two as required, but nothing can be uploaded without
 * them.
 */
export const mediaUploadSchema = z.object({
  media_id: z.string().check(z.regex(/^\d+$/)),
  media_type: z.optional(z.string()),
  upload_url: z.string().check(z.url()),
  upload_parameters: z.record(z.string(), z.string()),
});

/** Every error of the API: `{ "code": 2, "message": "Authentication failed." }`. */
export const errorBodySchema = z.object({ code: z.optional(z.number()), message: z.optional(z.string()) });

export interface Media {
  mediaId: string;
  status: MediaStatus;
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
