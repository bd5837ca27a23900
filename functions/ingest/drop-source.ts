import type { Readable } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type { DroppedObject } from '../../shared/events/events.ts';
import type { Drop } from '../../shared/upload/drop.ts';
import { metadataText } from '../../shared/upload/metadata-text.ts';
import { SourceError, type SourceFaultKind } from '../outcome/fault.ts';

/** Reads a dropped object. It reads only the version that was dropped, never another one. */
export interface DropSource {
  /**
   * The object's properties, as S3 reports them, with decoded metadata, and the time of its last modification.
   * @throws SourceError when the object was deleted or replaced, or cannot be read
   */
  head(drop: Drop): Promise<ObjectHead>;
  /**
   * The object's bytes [start, end).
   * @throws SourceError, also when S3 returns another range
   */
  read(object: DroppedObject, start: number, end: number): Promise<Uint8Array>;
  /** A stream of all of the object's bytes. */
  open(object: DroppedObject): Promise<Readable>;
  /**
   * The start of the sidecar's current version.
   * @param key the sidecar's key, in the object's bucket
   * @param maxBytes no more bytes than these are read
   * @returns undefined when there is no sidecar
   * @throws SourceError that names the sidecar
   */
  readSidecar(object: DroppedObject, key: string, maxBytes: number): Promise<SidecarStart | undefined>;
}

interface SidecarStart {
  bytes: Uint8Array;
  /** Length of the whole object in bytes. */
  size: number;
}

export type ObjectHead = DroppedObject & { lastModified?: Date };

/** A {@link DropSource} over Amazon S3, or any store with the same API. */
export function s3DropSource(s3: S3Client): DropSource {
  return {
    head: (drop) => naming(() => head(s3, drop)),
    read: (object, start, end) => naming(() => readRange(s3, object, start, end)),
    open: (object) => naming(async () => bodyOf(await get(s3, object)) as Readable),
    readSidecar: ({ bucket }, key, maxBytes) => naming(() => readStart(s3, { bucket, key, eTag: '' }, maxBytes), key),
  };
}

type ObjectPlace = Pick<DroppedObject, 'bucket' | 'key' | 'versionId' | 'eTag'>;

const get = (s3: S3Client, { bucket, key, versionId, eTag }: ObjectPlace, range?: string) =>
  s3.send(
    new GetObjectCommand({
      Bucket: bucket,
      Key: key,
      VersionId: versionId,
      IfMatch: eTag === '' ? undefined : `"${eTag}"`,
      Range: range,
    }),
  );

function bodyOf<T>({ Body }: { Body?: T }): T {
  if (Body === undefined) throw new SourceError('trouble', { answer: 'an answer without a body' });
  return Body;
}

/**
 * Reads a range, and checks that S3 sent exactly this range. A server may ignore the Range header and send the whole
 * object (RFC 9110, section 14.2). The inspection would then judge the wrong bytes.
 */
async function readRange(s3: S3Client, object: DroppedObject, start: number, end: number): Promise<Uint8Array> {
  const answer = await get(s3, object, `bytes=${start}-${end - 1}`);
  const body = bodyOf(answer);
  const { ContentRange, $metadata } = answer;
  const sent = `${$metadata?.httpStatusCode ?? 206} ${ContentRange ?? 'without a range'}`;
  if (!sent.startsWith(`206 bytes ${start}-${end - 1}/`)) {
    (body as Readable).destroy?.();
    throw new SourceError('trouble', { answer: `${sent} for bytes ${start}-${end - 1}` });
  }
  const bytes = await body.transformToByteArray();
  if (bytes.length !== end - start)
    throw new SourceError('trouble', { answer: `${bytes.length} bytes for bytes ${start}-${end - 1}` });
  return bytes;
}

/** Reads the first bytes of an object. A server may ignore the Range header, so the reading itself has a limit too. */
async function readStart(s3: S3Client, place: ObjectPlace, maxBytes: number): Promise<SidecarStart | undefined> {
  try {
    const answer = await get(s3, place, `bytes=0-${maxBytes - 1}`);
    const bytes = await firstBytes(bodyOf(answer) as Readable, maxBytes);
    const total = Number(/\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1] ?? answer.ContentLength ?? 0);
    return { bytes, size: Math.max(total, bytes.length) };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    // An empty object has no first byte.
    if (statusOf(error) === 416) return { bytes: new Uint8Array(), size: 0 };
    throw error;
  }
}

async function firstBytes(body: Readable, maxBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  // Leaving the loop early destroys the stream, and with it the connection.
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= maxBytes) break;
  }
  return Buffer.concat(chunks, Math.min(length, maxBytes));
}

async function head(s3: S3Client, drop: Drop): Promise<ObjectHead> {
  const { bucket, key, versionId, eTag } = drop;
  const request = new HeadObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId });
  const answer = await s3.send(request).catch(async (error) => {
    throw await explained(s3, drop, error);
  });
  const found = answer.ETag?.replaceAll('"', '') ?? eTag;
  if (eTag !== '' && found !== eTag) throw new SourceError('changed');
  return {
    bucket,
    key,
    versionId,
    eTag: found,
    size: answer.ContentLength ?? 0,
    contentType: answer.ContentType,
    lastModified: answer.LastModified,
    metadata: Object.fromEntries(
      Object.entries(answer.Metadata ?? {}).map(([name, value]) => [name, metadataText(value)]),
    ),
  };
}

/**
 * Gets S3's code and message for a refused HEAD request. A HEAD response has no body; only a GET response contains
 * them.
 */
async function explained(s3: S3Client, drop: Drop, error: unknown): Promise<unknown> {
  if (![400, 403].includes(statusOf(error) ?? 0)) return error;
  try {
    const { Body } = await get(s3, drop, 'bytes=0-0');
    (Body as Readable | undefined)?.destroy?.();
  } catch (reason) {
    const status = statusOf(reason) ?? 0;
    if (status >= 400 && status < 500 && status !== 416) return reason;
  }
  return error;
}

const statusOf = (error: unknown) => (error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined);

/** HTTP statuses of S3 that tell why the object cannot be read. 405: the version is a delete marker. */
const KINDS: Record<number, SourceFaultKind> = { 403: 'denied', 404: 'missing', 405: 'missing', 412: 'changed' };

function kindOf(status: number, { name, message }: Error): SourceFaultKind {
  if (name === 'InvalidObjectState') return 'archived';
  if (status === 400 && name === 'InvalidRequest' && /encryption/i.test(message)) return 'customer-key';
  const trouble = status >= 500 || status < 400 || [408, 416, 429].includes(status);
  return KINDS[status] ?? (trouble ? 'trouble' : 'refused');
}

/** @param sidecar the key of the sidecar that the request reads; undefined when it reads the dropped object */
async function naming<T>(request: () => Promise<T>, sidecar?: string): Promise<T> {
  try {
    return await request();
  } catch (cause) {
    const status = statusOf(cause);
    if (status === undefined) throw cause;
    const { name, message } = cause as S3ServiceException;
    // When a response has no body, the SDK fills in placeholders. Leave them out.
    const words = [name, message].filter((word) => word !== '' && !/^(\d+|Unknown|UnknownError)$/.test(word));
    const answer = `${status}${words.length === 0 ? '' : ` ${[...new Set(words)].join(': ')}`}`.slice(0, 300);
    throw new SourceError(kindOf(status, cause as S3ServiceException), { cause, answer, sidecar });
  }
}
