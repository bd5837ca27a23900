import { GetObjectTaggingCommand } from '@aws-sdk/client-s3';
import pMap from 'p-map';
import { isCompanionKey } from '../../../shared/upload/companion-keys.ts';
import { type DropFilter, whyIgnored } from '../../../shared/upload/drop-filter.ts';
import { OBJECT_TAG } from '../../../shared/upload/object-tags.ts';
import { type AttemptMessage, attemptMessage } from '../attempts.ts';
import { deployedSettings } from '../deployed-settings.ts';
import { OperationError } from '../operation-error.ts';
import { outputOf } from '../stack-outputs.ts';
import type { StackPorts } from '../stack-ports.ts';
import { type CurrentVersion, currentVersions } from './current-versions.ts';
import { KnownUploads } from './known-uploads.ts';
import { PacedQueue } from './paced-queue.ts';

/** Why an object is not sent. */
export type SkipReason = 'older' | 'folder' | 'companion' | 'ignored' | 'followed' | 'archived' | 'tagged' | 'deleted';

/** Counts of keys. A deleted key is not found; of the other keys, only the current version is considered. */
export interface BackfillCounts {
  found: number;
  skipped: Partial<Record<SkipReason, number>>;
  /** With `dryRun`, the number of objects that a backfill would send. */
  sent: number;
}

export interface BackfillOptions {
  bucket: string;
  /** Only keys that start with it. */
  prefix: string;
  /** Only objects that were last modified at this time or later. */
  since?: Date;
  /** Sends nothing. */
  dryRun?: boolean;
  /** Called for each object that was sent, or that would be. */
  onSent?: (sent: SentObject) => void;
  /** Called after each page of the listing, and after each batch of messages. */
  onProgress?: (counts: BackfillCounts) => void;
  /** Called when the backfill waits because the queue is full. @param depth messages in the queue */
  onWait?: (depth: number) => void;
  now?: () => Date;
}

interface SentObject {
  uploadId: string;
  key: string;
  versionId?: string;
  size: number;
}

/** Maximum number of simultaneous GetObjectTagging requests. */
const CONCURRENCY = 10;
/** The objects of a page are sent in groups of this size, so that the progress is visible. */
const GROUP = 50;

/**
 * Sends the current versions of a bucket to the queue, except those that need no upload. The upload id of a version is
 * the one of its put event. So each version ends in one execution, however often it is sent, and an interrupted backfill
 * needs no memory: it is started again.
 * @throws OperationError when the bucket is not the stack's, or when S3 refuses a request
 */
export async function backfill(options: BackfillOptions, ports: StackPorts): Promise<BackfillCounts> {
  const { bucket, prefix, since, onProgress, onWait } = options;
  requireOwnBucket(bucket, ports);
  const queue = new PacedQueue(ports, { onWait });
  const filter = await deployedSettings(ports);
  const known = await KnownUploads.list(ports, since);
  const counts: BackfillCounts = { found: 0, skipped: {}, sent: 0 };
  const skip = (reason: SkipReason) => {
    counts.skipped[reason] = (counts.skipped[reason] ?? 0) + 1;
  };
  for await (const page of currentVersions({ bucket, prefix }, ports.s3)) {
    for (const group of chunks(page, GROUP)) {
      counts.found += group.length;
      const reasons = await pMap(group, (version) => skipReason(version, { filter, known, since, ports }), {
        concurrency: CONCURRENCY,
      });
      for (const reason of reasons) if (reason) skip(reason);
      const wanted = group.filter((_, index) => reasons[index] === undefined);
      counts.sent += await send(wanted, queue, options);
      onProgress?.(counts);
    }
  }
  return counts;
}

/** Counts the keys that a backfill examines. It needs one request for each 1,000 versions. */
export async function countObjects(
  { bucket, prefix }: Pick<BackfillOptions, 'bucket' | 'prefix'>,
  ports: StackPorts,
): Promise<number> {
  requireOwnBucket(bucket, ports);
  let count = 0;
  for await (const page of currentVersions({ bucket, prefix }, ports.s3)) count += page.length;
  return count;
}

function requireOwnBucket(bucket: string, ports: StackPorts): void {
  const own = outputOf(ports, 'DropBucketName');
  if (bucket === own) return;
  throw new OperationError(`The stack ${ports.stackName} does not watch the bucket ${bucket}: its bucket is ${own}.`);
}

interface Judged {
  filter: DropFilter;
  known: KnownUploads;
  since?: Date;
  ports: StackPorts;
}

/** @returns undefined when the version must be uploaded. The checks that need a request come last. */
async function skipReason(
  version: CurrentVersion,
  { filter, known, since, ports }: Judged,
): Promise<SkipReason | undefined> {
  const { key, size, lastModified, archived } = version;
  if (since && lastModified < since) return 'older';
  if (key.endsWith('/') && size === 0) return 'folder';
  if (isCompanionKey(key)) return 'companion';
  if (whyIgnored(version, filter) !== undefined) return 'ignored';
  if (await known.has(version)) return 'followed';
  if (archived) return 'archived';
  return tagReason(version, ports);
}

/** Step Functions forgets an execution 90 days after its end. The tag stays. */
async function tagReason({ bucket, key, versionId }: CurrentVersion, { s3 }: StackPorts) {
  try {
    const { TagSet = [] } = await s3.send(
      new GetObjectTaggingCommand({ Bucket: bucket, Key: key, VersionId: versionId }),
    );
    return TagSet.some(({ Key, Value }) => Key === OBJECT_TAG.status && Value === 'succeeded') ? 'tagged' : undefined;
  } catch (error) {
    const { httpStatusCode: status } = (error as { $metadata?: { httpStatusCode?: number } }).$metadata ?? {};
    if (status === 404) return 'deleted';
    if (status !== 403) throw error;
    const permissions = 's3:GetObjectTagging and s3:GetObjectVersionTagging';
    throw new OperationError(
      `S3 refuses to show the tags of s3://${bucket}/${key} (403): your AWS credentials need ${permissions}.`,
      { cause: error },
    );
  }
}

async function send(
  versions: CurrentVersion[],
  queue: PacedQueue,
  { dryRun, onSent, now = () => new Date() }: BackfillOptions,
): Promise<number> {
  const messageOf = (version: CurrentVersion) => requireMessage(attemptMessage(version, undefined, now()), version);
  if (!dryRun) await queue.send(versions.map((version) => () => messageOf(version).body));
  for (const version of versions) {
    const { key, versionId, size } = version;
    onSent?.({ uploadId: messageOf(version).uploadId, key, versionId, size });
  }
  return versions.length;
}

function requireMessage(message: AttemptMessage | undefined, { key }: CurrentVersion): AttemptMessage {
  if (message) return message;
  throw new Error(`The notification of ${key} contains no drop.`);
}

function* chunks<T>(all: T[], size: number): Generator<T[], void> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
}
