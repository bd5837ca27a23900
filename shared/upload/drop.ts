import { createHash } from 'node:crypto';

/** A dropped object version. */
export interface Drop {
  /** Identifies this attempt. It is the name of the execution, and so the idempotency key. */
  uploadId: string;
  bucket: string;
  /** Decoded: as S3 stores it. */
  key: string;
  versionId?: string;
  /** Without quotes; empty when the notification has no ETag. */
  eTag: string;
  /** Size in bytes, from the notification. */
  size: number;
  /** ISO 8601 UTC */
  droppedAt: string;
  /**
   * True for the first attempt of an object without version id. A listing shows nothing of its put event, so `ingest`
   * replaces this upload id by {@link objectUploadId} when it has seen the object.
   */
  provisional?: true;
}

/** An object that was put, as a notification describes it. */
export interface PutObject {
  bucket: string;
  /** Decoded: as S3 stores it. */
  key: string;
  versionId?: string;
  eTag?: string;
  size?: number;
  /** Distinguishes two puts of one key in a bucket without versions. */
  sequencer?: string;
  /** ISO 8601 */
  time: string;
  /**
   * Pindrop's own field, in messages of the `retry` command. It distinguishes the new attempt from the drop's first
   * one.
   */
  attempt?: string;
}

export function dropOf({ bucket, key, versionId, eTag = '', size = 0, sequencer, time, attempt }: PutObject): Drop {
  // In a bucket without versions, the sequencer distinguishes two puts of the same bytes. A duplicate notification has
  // the same sequencer.
  const identity = [bucket, key, ...(versionId === undefined ? ['', eTag, sequencer ?? time] : [versionId])];
  return {
    uploadId: uploadIdOf(key, attempt === undefined ? identity : [...identity, attempt]),
    bucket,
    key,
    versionId,
    eTag: eTag.replaceAll('"', ''),
    size,
    droppedAt: new Date(time).toISOString(),
    ...(versionId === undefined && attempt === undefined && { provisional: true }),
  };
}

/**
 * The upload id of an object without version id. A put event and a listing of the bucket lead to the same id, because it
 * is made of the object itself.
 * @param object the ETag is without quotes
 */
export function objectUploadId(
  { bucket, key, eTag }: Pick<Drop, 'bucket' | 'key' | 'eTag'>,
  lastModified: Date,
): string {
  return dropOf({ bucket, key, eTag, sequencer: modifiedSequencer(lastModified), time: lastModified.toISOString() })
    .uploadId;
}

/**
 * Takes the place of the sequencer in the notification of an object that was found in a listing.
 * @param lastModified in whole seconds, as HEAD requests return it
 */
export const modifiedSequencer = (lastModified: Date): string =>
  `modified-${lastModified.toISOString().replace(/\.\d+Z$/, 'Z')}`;

/**
 * An execution name that Step Functions accepts (1 to 80 of A-Z a-z 0-9 - _). It starts with readable text, and a hash
 * makes it unique.
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 */
function uploadIdOf(key: string, identity: string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 32);
  return `${readableStart(key)}${hash}`;
}

/** The start of all upload ids for a key: a readable part of the file name and a dash, or an empty string. */
export function readableStart(key: string): string {
  const readable = (key.split('/').at(-1) ?? '')
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
  return readable && `${readable}-`;
}
