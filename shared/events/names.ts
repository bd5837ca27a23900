/** `source` of every event that Pindrop puts on its bus. */
export const EVENT_SOURCE = 'pindrop';

/** `detail-type` of the final event, for each outcome of an upload. */
export const DETAIL_TYPE = {
  succeeded: 'Media Upload Succeeded',
  failed: 'Media Upload Failed',
} as const;

/**
 * Why an upload failed.
 *
 * - `rejected_file`: the file is empty, too large, or not a video that Pinterest accepts
 * - `source_missing`: the object was deleted before it could be read
 * - `source_changed`: the object was overwritten before it could be read (only in buckets without versions)
 * - `source_unreadable`: the object is archived, or encrypted with a key that only its owner has
 * - `registration_refused`: Pinterest refused `media_create` permanently
 * - `upload_refused`: the upload host refused the form upload permanently
 * - `processing_failed`: Pinterest accepted the file but could not process it
 * - `timed_out`: Pinterest was still processing the file at the poll deadline
 * - `media_not_found`: Pinterest lost the media, or never had it
 * - `gave_up`: a transient fault lasted longer than the give-up time
 */
export const FAILURE_REASONS = [
  'rejected_file',
  'source_missing',
  'source_changed',
  'source_unreadable',
  'registration_refused',
  'upload_refused',
  'processing_failed',
  'timed_out',
  'media_not_found',
  'gave_up',
] as const;

export type FailureReason = (typeof FAILURE_REASONS)[number];
