import { createHash } from 'node:crypto';

/** A dropped object version. */
export interface Drop {
  /** Identifies this attempt: the execution's name, and so the idempotency key. */
  uploadId: string;
  bucket: string;
  /** Decoded: as S3 stores it. */
  key: string;
  versionId?: string;
  /** Without quotes; empty when the notification does not say. */
  eTag: string;
  /** Bytes, as the notification says. */
  size: number;
  /** ISO 8601 UTC */
  droppedAt: string;
}

/** An object that was put, as a notification describes it. */
export interface PutObject {
  bucket: string;
  /** Decoded: as S3 stores it. */
  key: string;
  versionId?: string;
  eTag?: string;
  size?: number;
  /** Distinguishes two puts of one key where there are no versions. */
  sequencer?: string;
  /** ISO 8601 */
  time: string;
  /** Ours, on messages of the `retry` command: makes the attempt another one than the drop's first. */
  attempt?: string;
}

export function dropOf({ bucket, key, versionId, eTag = '', size = 0, sequencer, time, attempt }: PutObject): Drop {
  // Without versions, the sequencer distinguishes two puts of the same bytes. A duplicate notification has the same sequencer.
  const identity = [bucket, key, ...(versionId === undefined ? ['', eTag, sequencer ?? time] : [versionId])];
  return {
    uploadId: uploadIdOf(key, attempt === undefined ? identity : [...identity, attempt]),
    bucket,
    key,
    versionId,
    eTag: eTag.replaceAll('"', ''),
    size,
    droppedAt: new Date(time).toISOString(),
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
