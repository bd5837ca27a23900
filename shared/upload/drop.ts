import { createHash } from 'node:crypto';
import * as z from 'zod/mini';

/** A dropped object version, as S3's notification tells of it. */
export interface Drop {
  /** Identifies this attempt: the execution's name, and so the idempotency key. */
  uploadId: string;
  bucket: string;
  /** Decoded: as S3 stores it. */
  key: string;
  versionId?: string;
  /** Without quotes. */
  eTag: string;
  /** Bytes, as the notification says. */
  size: number;
  /** ISO 8601 UTC */
  droppedAt: string;
}

const recordSchema = z.object({
  eventSource: z.literal('aws:s3'),
  eventName: z.string(),
  eventTime: z.iso.datetime(),
  s3: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({
      key: z.string(),
      size: z.optional(z.number()),
      eTag: z.optional(z.string()),
      versionId: z.optional(z.string()),
      sequencer: z.optional(z.string()),
    }),
  }),
  /** Ours, on messages of the `retry` command: makes the attempt another one than the drop's first. */
  pindropAttempt: z.optional(z.string()),
});

const notificationSchema = z.object({ Records: z.array(recordSchema) });
/** S3 sends this once, when the notification is set up. */
const testEventSchema = z.object({ Event: z.literal('s3:TestEvent') });

type S3Record = z.infer<typeof recordSchema>;

/** A message that is no notification of S3. */
export class NotAnS3NotificationError extends Error {
  override readonly name = 'NotAnS3NotificationError';
}

/**
 * The drops that a message of the queue tells of: none for S3's test event and for folder markers (`name/`, no bytes).
 * @param body the message's body: S3's notification as JSON
 * @throws NotAnS3NotificationError when it is something else
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function dropsOf(body: string): Drop[] {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (cause) {
    throw new NotAnS3NotificationError('The message is not JSON, so it is no notification of S3.', { cause });
  }
  if (testEventSchema.safeParse(json).success) return [];
  const notification = notificationSchema.safeParse(json);
  if (!notification.success) throw new NotAnS3NotificationError('The message is JSON but no notification of S3.');
  return notification.data.Records.filter(isDrop).map(dropOf);
}

const isDrop = ({ eventName, s3 }: S3Record) =>
  eventName.startsWith('ObjectCreated:') && !(s3.object.key.endsWith('/') && (s3.object.size ?? 0) === 0);

function dropOf({ s3, eventTime, pindropAttempt }: S3Record): Drop {
  const { key: encodedKey, versionId, sequencer, eTag = '', size = 0 } = s3.object;
  const bucket = s3.bucket.name;
  // S3 encodes keys in notifications as a form would.
  const key = decodeURIComponent(encodedKey.replaceAll('+', ' '));
  // S3 says "null" for objects from before versions were switched on.
  const version = versionId === undefined || versionId === 'null' ? undefined : versionId;
  // Without versions the sequencer tells two puts of the same bytes apart; a duplicate notification carries the same.
  const identity = [bucket, key, ...(version === undefined ? ['', eTag, sequencer ?? eventTime] : [version])];
  return {
    uploadId: uploadIdOf(key, [...identity, ...(pindropAttempt === undefined ? [] : [pindropAttempt])]),
    bucket,
    key,
    ...(version === undefined ? {} : { versionId: version }),
    eTag: eTag.replaceAll('"', ''),
    size,
    droppedAt: new Date(eventTime).toISOString(),
  };
}

/**
 * A name that Step Functions takes (1 to 80 of A-Z a-z 0-9 - _), readable at its start and unique by its hash.
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 */
function uploadIdOf(key: string, identity: string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 32);
  return `${readableStart(key)}${hash}`;
}

/** What the ids of all uploads of a key start with: a readable part of its file name and a dash, or nothing. */
export function readableStart(key: string): string {
  const readable = (key.split('/').at(-1) ?? '')
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
  return readable && `${readable}-`;
}
