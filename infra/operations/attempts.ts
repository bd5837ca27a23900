import { modifiedSequencer, readableStart } from '../../shared/upload/drop.ts';
import { dropsOf } from '../../shared/upload/notification.ts';
import type { ObjectVersion } from './dropped-object.ts';
import type { S3Object } from './s3-url.ts';
import { described, executionsNewestFirst, findUpload, type KnownUpload, type UploadPorts } from './uploads.ts';

/** A message that makes `ingest` start an attempt. */
export interface AttemptMessage {
  /** The upload id that the attempt will have. */
  uploadId: string;
  body: string;
}

/**
 * Builds the message that starts an attempt to upload an object version. It is the notification that S3 would send,
 * plus the id of the previous attempt. The upload id derives from the id of the previous attempt. Therefore two
 * identical requests start only one attempt, and {@link newestAttempt} can compute the ids of all attempts of a
 * version.
 * @param before upload id of the previous attempt; undefined for the first attempt of an object version
 * @param at when the attempt's give-up time begins
 * @returns undefined for a folder marker, which is never uploaded
 */
export function attemptMessage(
  { bucket, key, versionId, eTag, size, lastModified }: ObjectVersion,
  before: string | undefined,
  at: Date,
): AttemptMessage | undefined {
  // Without a version id, the sequencer is part of the upload id. The first attempt gets the id that `ingest` gives to
  // the object's put event. For a later attempt, the id of the previous one is enough.
  const sequencer = before === undefined && lastModified ? modifiedSequencer(lastModified) : 'pindrop';
  const record = {
    eventSource: 'aws:s3',
    eventName: 'ObjectCreated:Put',
    eventTime: at.toISOString(),
    pindropAttempt: before,
    s3: {
      bucket: { name: bucket },
      object: { key: encodedKey(key), size, eTag, versionId, sequencer },
    },
  };
  const body = JSON.stringify({ Records: [record] });
  const [drop] = dropsOf(body);
  return drop && { uploadId: drop.uploadId, body };
}

/** Encodes a key as S3 does in notifications, where slashes stay unencoded. */
const encodedKey = (key: string) => encodeURIComponent(key).replaceAll('%2F', '/');

const uploadIdAfter = (object: ObjectVersion, before: string | undefined) =>
  attemptMessage(object, before, new Date())?.uploadId;

/** The upload id of a retry of this upload. It can be computed before the retry exists. */
export const nextUploadId = ({ upload }: KnownUpload) => uploadIdAfter(upload.object, upload.uploadId);

/** @returns the newest attempt of the same object version that has an execution, which is often the given attempt */
export async function newestAttempt(known: KnownUpload, ports: UploadPorts): Promise<KnownUpload> {
  const next = nextUploadId(known);
  const later = next && (await findUpload(next, ports));
  return later ? newestAttempt(later, ports) : known;
}

/** How many executions are searched by name for an object without a version. One request lists 1,000. */
const NAMES_LOOKED_THROUGH = 10_000;

/**
 * Finds the newest attempt of an object.
 * The upload ids are computed. If the first one has no execution, the names of the executions decide which executions
 * are described: an earlier version of Pindrop gave other ids to objects without version ids.
 * @param version undefined when the object no longer exists; the result is then the newest upload of the key
 */
export async function newestUploadOf(
  { bucket, key }: S3Object,
  version: ObjectVersion | undefined,
  ports: UploadPorts,
): Promise<KnownUpload | undefined> {
  const isIdentified = version?.versionId !== undefined || version?.lastModified !== undefined;
  const first = isIdentified && uploadIdAfter(version, undefined);
  const ofVersion = first && (await findUpload(first, ports));
  if (ofVersion) return newestAttempt(ofVersion, ports);
  const start = readableStart(key);
  const candidates = named(start, executionsNewestFirst(NAMES_LOOKED_THROUGH, ports));
  for await (const known of described(candidates, ports)) {
    const { object } = known.upload;
    if (object.bucket === bucket && object.key === key && (!version || isSameContent(object, version))) return known;
  }
  return undefined;
}

async function* named(start: string, executions: ReturnType<typeof executionsNewestFirst>) {
  const pattern = new RegExp(`^${start}[0-9a-f]{32}$`);
  for await (const execution of executions) if (pattern.test(execution.name ?? '')) yield execution;
}

/**
 * Compares the ETags if the upload has no version id: some emulators leave the version id out of their notifications.
 */
const isSameContent = (uploaded: ObjectVersion, current: ObjectVersion) =>
  uploaded.versionId === undefined ? uploaded.eTag === current.eTag : uploaded.versionId === current.versionId;
