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

/** What to do when an upload ended. One of the two may be left out: its events are then taken, and nothing is done. */
export type MediaUploadCallbacks =
  | { succeeded: Succeeded; failed: Failed }
  | { succeeded: Succeeded; failed?: undefined }
  | { succeeded?: undefined; failed: Failed };

/** An event that is no final event of Pindrop, or not one that this version understands. Its message says what to do. */
export class NotAMediaUploadError extends Error {
  override readonly name = 'NotAMediaUploadError';
}

/**
 * Makes a subscriber of final events. What it returns is a Lambda handler for an EventBridge target as it is, the base
 * handler of `middy(…)`, or a function to call with an event from anywhere.
 *
 * EventBridge delivers at least once: `upload.uploadId` tells a repetition.
 *
 *     export const handler = onMediaUpload({
 *       succeeded: (upload) => publish(upload.mediaId, upload.object.metadata),
 *       failed: (upload) => tell(upload.object.key, upload.failure.message),
 *     });
 *
 * @returns a function that resolves once the callback has, and rejects with what the callback throws, or with
 * {@link NotAMediaUploadError} for a foreign event
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
 * Checks that something is a final event of Pindrop, envelope and all.
 * @throws NotAMediaUploadError
 */
export function mediaUploadEvent(input: unknown): MediaUploadEvent {
  const event = mediaUploadEventSchema.safeParse(input);
  if (event.success) return event.data;
  throw new NotAMediaUploadError(complaint(input, event.error));
}

const OURS: string[] = Object.values(DETAIL_TYPE);
const named = (value: unknown) => JSON.stringify(value).slice(0, 100);
const WHOLE = 'Hand over the whole event, as a rule delivers it.';

function complaint(input: unknown, error: z.ZodError): string {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return noObject(input);
  const { source, detail, 'detail-type': detailType } = input as Record<string, unknown>;
  if (source === undefined) return noEvent(input);
  if (source !== EVENT_SOURCE)
    return `This event is from ${named(source)}, not from "${EVENT_SOURCE}": give the rule the pattern of eventPattern().`;
  if (detailType === undefined) return `This event has no detail-type. ${WHOLE}`;
  if (!OURS.includes(String(detailType)))
    return `This event is ${named(detailType)}, no ${OURS.join(' or ')}: give the rule the pattern of eventPattern().`;
  const version = (detail as Record<string, unknown> | undefined)?.['version'];
  if (typeof version === 'string' && version !== '1')
    return `This event has version ${named(version)} of its detail, and this pindrop/events knows version 1: install a newer one.`;
  const where = [...new Set(error.issues.map(({ path }) => path.join('.')))].join(', ');
  return `This event is not what Pindrop sends (at ${where || 'its top'}).`;
}

function noObject(input: unknown): string {
  if (typeof input === 'string') return 'This is text, not an event: hand over JSON.parse(record.body).';
  if (Array.isArray(input)) return 'This is an array, not one event: hand over each of its events.';
  return `This is no event of EventBridge but ${input === null ? 'null' : typeof input}.`;
}

function noEvent(input: object): string {
  if ('Records' in input)
    return 'This is a batch of records, not one event: hand over JSON.parse(record.body) of each record.';
  if ('body' in input) return 'This is a record, not the event in it: hand over JSON.parse(record.body).';
  if ('uploadId' in input) return `This is only the detail of an event. ${WHOLE}`;
  return `This is no event of EventBridge: it has no source. ${WHOLE}`;
}
