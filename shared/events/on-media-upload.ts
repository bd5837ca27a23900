import type { z } from 'zod';
import type {
  MediaUploadEvent,
  MediaUploadFailed,
  MediaUploadFailedEvent,
  MediaUploadSucceeded,
  MediaUploadSucceededEvent,
} from './events.ts';
import { DETAIL_TYPE, EVENT_SOURCE } from './names.ts';
import { mediaUploadEventSchema } from './schema.ts';

type Succeeded = (upload: MediaUploadSucceeded, event: MediaUploadSucceededEvent) => unknown;
type Failed = (upload: MediaUploadFailed, event: MediaUploadFailedEvent) => unknown;

/** The callbacks for ended uploads. You may leave one out; its events are then accepted and ignored. */
export type MediaUploadCallbacks =
  | { succeeded: Succeeded; failed: Failed }
  | { succeeded: Succeeded; failed?: undefined }
  | { succeeded?: undefined; failed: Failed };

/**
 * Thrown when an event is not a final event of Pindrop, or has a version that this package does not know. The message
 * says what to do.
 */
export class NotAMediaUploadError extends Error {
  override readonly name = 'NotAMediaUploadError';
}

/**
 * Makes a subscriber of final events. Use the result as the Lambda handler of an EventBridge target, as the base handler of
 * `middy(…)`, or call it with an event from elsewhere.
 *
 * EventBridge delivers at least once: recognize a repetition by `upload.uploadId`.
 *
 *     export const handler = onMediaUpload({
 *       succeeded: (upload) => publish(upload.mediaId, upload.object.metadata),
 *       failed: (upload) => report(upload.object.key, upload.failure.message),
 *     });
 *
 * @returns a function that resolves after the callback, and rejects with the callback's error or, for a foreign event, with
 * {@link NotAMediaUploadError}
 */
export function onMediaUpload({
  succeeded,
  failed,
}: MediaUploadCallbacks): (event: unknown, context?: unknown) => Promise<void> {
  return async (input) => {
    const event = mediaUploadEvent(input);
    if (event['detail-type'] === DETAIL_TYPE.succeeded) await succeeded?.(event.detail, event);
    else await failed?.(event.detail, event);
  };
}

/**
 * Checks that a value is a final event of Pindrop, with its envelope.
 * @throws NotAMediaUploadError
 */
export function mediaUploadEvent(input: unknown): MediaUploadEvent {
  const event = mediaUploadEventSchema.safeParse(input);
  if (event.success) return event.data;
  throw new NotAMediaUploadError(complaint(input, event.error));
}

const OURS: string[] = Object.values(DETAIL_TYPE);
const named = (value: unknown) => JSON.stringify(value).slice(0, 100);
const WHOLE = 'Pass the whole event, as a rule delivers it.';

function complaint(input: unknown, error: z.ZodError): string {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return noObject(input);
  const { source, detail, 'detail-type': detailType } = input as Record<string, unknown>;
  if (source === undefined) return noEvent(input);
  if (source !== EVENT_SOURCE)
    return `This event is from ${named(source)}, not from "${EVENT_SOURCE}": give the rule the pattern of eventPattern().`;
  if (detailType === undefined) return `This event has no detail-type. ${WHOLE}`;
  if (!OURS.includes(String(detailType)))
    return `This event is ${named(detailType)}, not ${OURS.join(' or ')}: give the rule the pattern of eventPattern().`;
  const version = (detail as Record<string, unknown> | undefined)?.['version'];
  if (typeof version === 'string' && version !== '1')
    return `This event's detail has version ${named(version)}; this pindrop/events knows version 1. Install a newer one.`;
  const where = [...new Set(error.issues.map(({ path }) => path.join('.')))].join(', ');
  return `This event differs from what Pindrop sends (at ${where || 'its top level'}).`;
}

function noObject(input: unknown): string {
  if (typeof input === 'string') return 'This is text, not an event: pass JSON.parse(record.body).';
  if (Array.isArray(input)) return 'This is an array, not one event: pass each of its events.';
  return `This is not an EventBridge event but ${input === null ? 'null' : typeof input}.`;
}

function noEvent(input: object): string {
  if ('Records' in input)
    return 'This is a batch of records, not one event: pass JSON.parse(record.body) of each record.';
  if ('body' in input) return 'This is a record, not the event in it: pass JSON.parse(record.body).';
  if ('uploadId' in input) return `This is only the detail of an event. ${WHOLE}`;
  return `This is not an EventBridge event: it has no source. ${WHOLE}`;
}
