import * as z from 'zod/mini';
import { isCompanionKey } from './companion-keys.ts';
import { type Drop, dropOf, type PutObject } from './drop.ts';
import { type DropFilter, whyIgnored } from './drop-filter.ts';

/** The contents of a message of the queue. */
export interface Notification {
  /** Empty for S3's test event, for folder markers (`name/` without bytes), and for events that are not about a put. */
  drops: Drop[];
  /** Put objects that are not drops: companions of videos, and objects that the filter excludes. */
  ignored: IgnoredPut[];
  /** For each unreadable record, a sentence that says why it cannot be read. */
  unreadable: string[];
}

export interface IgnoredPut {
  bucket: string;
  key: string;
  /** A sentence that says why the object is not uploaded. */
  because: string;
  /** True for a sidecar or a cover. It is part of a video, so nobody misses its upload. */
  companion: boolean;
}

/** Thrown when a message, or a record in it, is not an S3 notification. */
export class UnreadableNotificationError extends Error {
  override readonly name = 'UnreadableNotificationError';
}

/** Optional text: emulators and other stores write null or an empty string when there is no value. */
const optionalText = z.pipe(
  z.optional(z.nullable(z.string())),
  z.transform((text) => text || undefined),
);
const optionalSize = z.catch(z.optional(z.coerce.number().check(z.nonnegative())), undefined);
const instant = z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text))));
const name = z.string().check(z.minLength(1));

/**
 * A record of an S3 notification. Other stores use their own event source, and a prefix before the event name.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
const recordSchema = z.object({
  eventSource: z.string().check(z.regex(/^[a-z]+:s3$/)),
  eventName: z.pipe(
    z.string(),
    z.transform((event) => event.replace(/^s3:/, '')),
  ),
  eventTime: instant,
  s3: z.object({
    bucket: z.object({ name }),
    object: z.object({
      key: name,
      size: optionalSize,
      eTag: optionalText,
      versionId: optionalText,
      sequencer: optionalText,
    }),
  }),
  /** Pindrop's own field, in messages of the `retry` command. */
  pindropAttempt: optionalText,
});

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
const eventBridgeSchema = z.object({
  source: z.string(),
  'detail-type': z.string(),
  time: instant,
  detail: z.object({
    bucket: z.object({ name }),
    object: z.object({
      key: name,
      size: optionalSize,
      etag: optionalText,
      'version-id': optionalText,
      sequencer: optionalText,
    }),
  }),
});

const recordsSchema = z.object({ Records: z.array(z.unknown()).check(z.minLength(1)) });
/** S3 sends this event once, when the notification is configured. */
const testEventSchema = z.object({ Event: z.literal('s3:TestEvent') });
/** @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html */
const snsSchema = z.object({ Type: z.literal('Notification'), TopicArn: z.string(), Message: z.string() });
const eventBridgeEnvelopeSchema = z.object({ source: z.literal('aws.s3'), 'detail-type': z.string() });

/**
 * Known events that are not about a put. An event that is not listed here is reported, because it may be about a put.
 */
const OTHER_EVENTS =
  /^(ObjectRemoved|ObjectRestore|ObjectTagging|ObjectAcl|ObjectAccessed|LifecycleExpiration|LifecycleTransition|IntelligentTiering|Replication|ReducedRedundancyLostObject)\b/;
const OTHER_DETAIL_TYPES =
  /^Object (Deleted|Restore |Storage Class Changed|Access Tier Changed|ACL Updated|Tags (Added|Deleted))/;

/** Pindrop's own envelope around a message: one of its drops was already uploaded. @see unstarted-upload.ts */
const unstartedSchema = z.object({
  pindropUnstarted: z.object({ upload: z.object({ uploadId: z.string() }) }),
  pindropDrop: optionalText,
  message: z.string(),
});

/** The maximum number of nested envelopes. */
const MAX_ENVELOPES = 3;

/**
 * Reads a message of the queue: an S3 notification, with or without an SNS envelope, or an EventBridge event. Every
 * record becomes a drop, is ignored, is skipped as a known other event, or is reported as unreadable.
 * @param body the message's body
 * @param filter without it, only companions are ignored
 */
export function readNotification(body: string, filter?: DropFilter): Notification {
  const { drops, unreadable, begun } = read(body, MAX_ENVELOPES);
  // An upload that has begun needs its final event, even if the filter has changed since then.
  if (begun) return { drops, ignored: [], unreadable };
  const notification: Notification = { drops: [], ignored: [], unreadable };
  for (const drop of drops) {
    const { bucket, key } = drop;
    const companion = isCompanionKey(key);
    const because = companion ? 'It is a sidecar or a cover of a video.' : filter && whyIgnored(drop, filter);
    if (because === undefined) notification.drops.push(drop);
    else notification.ignored.push({ bucket, key, because, companion });
  }
  return notification;
}

/**
 * The drops of a message.
 * @throws UnreadableNotificationError when the message contains no drop but something unreadable
 */
export function dropsOf(body: string): Drop[] {
  const { drops, unreadable } = readNotification(body);
  if (drops.length === 0 && unreadable.length > 0) throw new UnreadableNotificationError(unreadable.join(' '));
  return drops;
}

interface Unfiltered extends Omit<Notification, 'ignored'> {
  /** True when the message contains an upload that was already made. */
  begun?: true;
}

function read(body: string, envelopesLeft: number): Unfiltered {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return unreadable('The message is not JSON.');
  }
  if (testEventSchema.safeParse(json).success) return { drops: [], unreadable: [] };
  const sns = snsSchema.safeParse(json);
  if (sns.success && envelopesLeft > 0) return read(sns.data.Message, envelopesLeft - 1);
  const unstarted = unstartedSchema.safeParse(json);
  if (unstarted.success && envelopesLeft > 0) {
    const { pindropUnstarted, pindropDrop = pindropUnstarted.upload.uploadId, message } = unstarted.data;
    const { drops } = read(message, envelopesLeft - 1);
    return { drops: drops.filter(({ uploadId }) => uploadId === pindropDrop), unreadable: [], begun: true };
  }
  if (eventBridgeEnvelopeSchema.safeParse(json).success) return eventOfEventBridge(json);
  const records = recordsSchema.safeParse(json);
  if (!records.success) return unreadable('The message is JSON and not a notification of S3.');
  const all = records.data.Records.map(record);
  return { drops: all.flatMap(({ drops }) => drops), unreadable: all.flatMap((each) => each.unreadable) };
}

const unreadable = (reason: string): Unfiltered => ({ drops: [], unreadable: [reason] });

function record(json: unknown, at: number): Unfiltered {
  const parsed = recordSchema.safeParse(json);
  if (!parsed.success) return unreadable(`Record ${at + 1} is not one of S3 (at ${whereIn(parsed.error)}).`);
  const { eventName, eventTime, s3, pindropAttempt } = parsed.data;
  if (OTHER_EVENTS.test(eventName)) return { drops: [], unreadable: [] };
  if (!eventName.startsWith('ObjectCreated:'))
    return unreadable(`Record ${at + 1} is of an unknown event: ${eventName}.`);
  return put({
    ...s3.object,
    bucket: s3.bucket.name,
    key: decodedKey(s3.object.key),
    time: eventTime,
    attempt: pindropAttempt,
  });
}

function eventOfEventBridge(json: unknown): Unfiltered {
  const parsed = eventBridgeSchema.safeParse(json);
  if (!parsed.success) return unreadable(`The event is not one of S3 (at ${whereIn(parsed.error)}).`);
  const { 'detail-type': type, time, detail } = parsed.data;
  if (OTHER_DETAIL_TYPES.test(type)) return { drops: [], unreadable: [] };
  if (type !== 'Object Created') return unreadable(`The event is of an unknown kind: ${type}.`);
  const { bucket, object } = detail;
  // EventBridge events contain keys that are not URL-encoded.
  const { etag: eTag, 'version-id': versionId, sequencer, ...rest } = object;
  return put({ ...rest, bucket: bucket.name, eTag, versionId, sequencer: sequencer && asInRecords(sequencer), time });
}

function put(object: PutObject): Unfiltered {
  if (object.key.endsWith('/') && (object.size ?? 0) === 0) return { drops: [], unreadable: [] };
  // S3 writes "null" for objects from the time before versioning was enabled.
  const versionId = object.versionId === 'null' ? undefined : object.versionId;
  return { drops: [dropOf({ ...object, versionId })], unreadable: [] };
}

/**
 * A sequencer as the records of S3 write it: 18 hexadecimal digits in upper case. The upload id of an object without a
 * version contains it. AWS's own example of an EventBridge event has a shorter one, in lower case.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
const asInRecords = (sequencer: string) =>
  /^[0-9a-f]+$/i.test(sequencer) ? sequencer.toUpperCase().padStart(18, '0') : sequencer;

/**
 * Decodes a key: S3 encodes keys in notifications like form fields. A key that is not valid encoding was not encoded.
 */
function decodedKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
}

const whereIn = ({ issues }: z.core.$ZodError) =>
  [...new Set(issues.map(({ path }) => path.join('.') || 'the whole'))].join(', ');
