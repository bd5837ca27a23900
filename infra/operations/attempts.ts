import { readableStart } from '../../shared/upload/drop.ts';
import { dropsOf } from '../../shared/upload/notification.ts';
import type { ObjectVersion } from './dropped-object.ts';
import type { S3Object } from './s3-url.ts';
import { described, executionsNewestFirst, findUpload, type KnownUpload, type UploadPorts } from './uploads.ts';

/** A message of the queue that asks `ingest` for an attempt. */
export interface AttemptMessage {
  /** The upload id that the attempt will have. */
  uploadId: string;
  body: string;
}

/**
 * Builds the message for an attempt to upload an object version: the notification that S3 would send, marked as ours.
 * The upload id follows from the attempt before it. So asking twice starts one attempt, and {@link newestAttempt} can
 * follow the attempts of a version from one to the next.
 * @param before upload id of the attempt before it; undefined for the first of an object version
 * @param at when its give-up time begins
 * @returns undefined for a folder marker, which is never uploaded
 */
export function attemptMessage(
  { bucket, key, versionId, eTag, size }: ObjectVersion,
  before: string | undefined,
  at: Date,
): AttemptMessage | undefined {
  const record = {
    eventSource: 'aws:s3',
    eventName: 'ObjectCreated:Put',
    eventTime: at.toISOString(),
    pindropAttempt: before,
    s3: {
      bucket: { name: bucket },
      // Without versions the sequencer is part of the id. A constant one keeps the time out of it.
      object: { key: encodedKey(key), size, eTag, versionId, sequencer: 'pindrop' },
    },
  };
  const body = JSON.stringify({ Records: [record] });
  const [drop] = dropsOf(body);
  return drop && { uploadId: drop.uploadId, body };
}

/** S3 leaves the slashes of keys as they are. */
const encodedKey = (key: string) => encodeURIComponent(key).replaceAll('%2F', '/');

const uploadIdAfter = (object: ObjectVersion, before: string | undefined) =>
  attemptMessage(object, before, new Date())?.uploadId;

/** The upload id that a retry of this upload has, whether there is one or not. */
export const nextUploadId = ({ upload }: KnownUpload) => uploadIdAfter(upload.object, upload.uploadId);

/** @returns the newest attempt of the same object version that has an execution: often the given one */
export async function newestAttempt(known: KnownUpload, ports: UploadPorts): Promise<KnownUpload> {
  const next = nextUploadId(known);
  const later = next && (await findUpload(next, ports));
  return later ? newestAttempt(later, ports) : known;
}

/** How many executions are looked through, by name, for an object without versions. One request lists 1,000. */
const NAMES_LOOKED_THROUGH = 10_000;

/**
 * Finds the newest attempt of an object.
 * With a version, upload ids are computed. Without one, the names of executions tell which of them to describe.
 * @param version undefined when the object is not there any more: then the newest upload of the key is meant
 */
export async function newestUploadOf(
  { bucket, key }: S3Object,
  version: ObjectVersion | undefined,
  ports: UploadPorts,
): Promise<KnownUpload | undefined> {
  const first = version?.versionId && uploadIdAfter(version, undefined);
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

/** Some emulators notify without the version, so the ETag decides when the upload has none. */
const isSameContent = (uploaded: ObjectVersion, current: ObjectVersion) =>
  uploaded.versionId === undefined ? uploaded.eTag === current.eTag : uploaded.versionId === current.versionId;
