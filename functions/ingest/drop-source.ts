import type { Readable } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type { DroppedObject } from '../../shared/events/events.ts';
import type { Drop } from '../../shared/upload/drop.ts';
import { SourceError } from '../outcome/fault.ts';

/** Reads a dropped object: the version that was dropped, or nothing. */
export interface DropSource {
  /** @throws SourceError when the object is gone, is another one by now, or may not be read */
  head(drop: Drop): Promise<DroppedObject>;
  /** The object's bytes [start, end). */
  read(object: DroppedObject, start: number, end: number): Promise<Uint8Array>;
  /** All of the object's bytes, as they come. */
  open(object: DroppedObject): Promise<Readable>;
}

/** A {@link DropSource} over Amazon S3, or anything that speaks its API. */
export function s3DropSource(s3: S3Client): DropSource {
  const get = async (object: DroppedObject, range?: string) => {
    const { bucket, key, versionId, eTag } = object;
    const answer = await s3.send(
      new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        IfMatch: `"${eTag}"`,
        ...(versionId === undefined ? {} : { VersionId: versionId }),
        ...(range === undefined ? {} : { Range: range }),
      }),
    );
    if (answer.Body === undefined) throw new Error('S3 answered without a body.');
    return answer.Body;
  };
  return {
    head: (drop) => naming(() => head(s3, drop)),
    read: (object, start, end) =>
      naming(async () => (await get(object, `bytes=${start}-${end - 1}`)).transformToByteArray()),
    open: (object) => naming(async () => (await get(object)) as Readable),
  };
}

async function head(s3: S3Client, { bucket, key, versionId, eTag }: Drop): Promise<DroppedObject> {
  const version = versionId === undefined ? {} : { VersionId: versionId };
  const answer = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key, ...version }));
  const found = answer.ETag?.replaceAll('"', '') ?? eTag;
  if (eTag !== '' && found !== eTag) throw new SourceError('changed');
  return {
    bucket,
    key,
    ...(versionId === undefined ? {} : { versionId }),
    eTag: found,
    size: answer.ContentLength ?? 0,
    ...(answer.ContentType === undefined ? {} : { contentType: answer.ContentType }),
    metadata: answer.Metadata ?? {},
  };
}

/** S3's statuses that say what became of the object. 405: the version turned out to be a delete marker. */
const KINDS: Record<number, SourceError['kind']> = { 403: 'denied', 404: 'missing', 405: 'missing', 412: 'changed' };

async function naming<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (cause) {
    const status = cause instanceof S3ServiceException ? cause.$metadata.httpStatusCode : undefined;
    const kind = status === undefined ? undefined : KINDS[status];
    throw kind === undefined ? cause : new SourceError(kind, { cause });
  }
}
