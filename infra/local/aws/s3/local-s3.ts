import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import S3rver from '@20minutes/s3rver';
import S3Error from '@20minutes/s3rver/lib/models/error.js';
import type { AccessKey } from '../access-key.ts';
import { AwsChunkedDecoder } from './aws-chunked.ts';
import { ConditionalPuts, isConditionalPut } from './conditional-put.ts';
import type { ObjectCreatedRecord, StoredVersion } from './object-created-record.ts';
import { ObjectStore } from './object-store.ts';
import type { S3Context } from './s3-context.ts';
import { type Version, VersionStore } from './version-store.ts';

export interface LocalBucket {
  versioned: boolean;
  /** Told of every put before it is acknowledged; a put that cannot be told of fails. */
  notify?: (record: ObjectCreatedRecord) => Promise<void>;
  /** Told of the key of every put that is not told of. */
  onIgnored?: (key: string) => void;
  /** Only keys that start with one of these, and end with one of those, are told of; all when empty. */
  prefixes?: string[];
  suffixes?: string[];
}

export interface LocalS3 {
  /** Answers S3's requests, path-style. */
  readonly handler: RequestListener;
  createBucket(name: string, bucket: LocalBucket): Promise<void>;
  /** Tells of every version that was stored but never told of, because the process was killed in between. */
  recover(): Promise<void>;
  close(): Promise<void>;
}

const AUTHENTICATION =
  /^x-amz-(algorithm|credential|date|expires|signedheaders|signature|security-token|content-sha256)$/i;

/** A version that was stored, but could not be told of. */
export interface Unrecovered {
  bucket: string;
  versionId: string;
  why: string;
}

/**
 * A bucket server for this machine: s3rver, with what it lacks and we rely on: versions, atomic puts, conditional and
 * suffix reads, the SDKs' checksum trailers, and notifications that are out before the put is acknowledged.
 * @param options.directory where objects live; they survive a restart
 * @param options.onUnrecovered told of what `recover` has to leave for the next start
 */
export async function startLocalS3({
  directory,
  onUnrecovered = () => {},
}: {
  directory: string;
  /** What requests are signed with. */
  accessKey: AccessKey;
  onUnrecovered?: (version: Unrecovered) => void;
}): Promise<LocalS3> {
  const buckets = new Map<string, LocalBucket>();
  const versions = new VersionStore(join(directory, 'versions'));
  const store = new ObjectStore(join(directory, 'current'), versions);
  const server = new S3rver({ directory: join(directory, 'current'), silent: true, vhostBuckets: false });
  server.store = store;
  server.context.store = store;
  // Its logger would otherwise print, and keep, the whole process's exceptions.
  server.logger.exceptions.unhandle();
  server.on('error', () => {});

  const conditionalPuts = new ConditionalPuts();
  const notify = async (version: Version) => {
    const bucket = buckets.get(version.bucket);
    if (bucket && !concerns(bucket, version.key)) bucket.onIgnored?.(version.key);
    else await bucket?.notify?.(version.record);
    await versions.markNotified(version.bucket, version.versionId);
  };

  server.middleware.unshift(async (ctx, next) => {
    const puts: Version[] = [];
    acceptAnyCredentials(ctx);
    decodeBody(ctx);
    const versionId = ctx.query['versionId'];
    ctx.store = store.view({
      ...(versionId === undefined ? {} : { versionId }),
      how: howPut(ctx),
      versioned: (bucket) => buckets.get(bucket)?.versioned ?? false,
      onPut: (version) => puts.push(version),
      onRead: (read) => ctx.set('x-amz-version-id', read),
    });
    if (ctx.method === 'GET' || ctx.method === 'HEAD') await prepareRead(ctx);
    if (isConditionalPut(ctx)) await conditionalPuts.run(ctx, next);
    else await next();
    for (const version of puts) {
      await notify(version);
      if (buckets.get(version.bucket)?.versioned) ctx.set('x-amz-version-id', version.versionId);
    }
  });

  return {
    handler: server.callback(),
    async createBucket(name, bucket) {
      buckets.set(name, bucket);
      await store.putBucket(name);
    },
    async recover() {
      for (const bucket of buckets.keys()) {
        await versions.sweep(bucket);
        // One that cannot be told of must not keep the others, and the whole start, from going on.
        const leave = (versionId: string, { message: why }: Error) => onUnrecovered({ bucket, versionId, why });
        const all = await versions.all(bucket, leave);
        const newest = new Map(all.map((version) => [version.key, version.versionId]));
        for (const version of all.filter(({ notified }) => !notified)) {
          try {
            if (newest.get(version.key) === version.versionId) await store.makeCurrent(version);
            await notify(version);
          } catch (error) {
            leave(version.versionId, error as Error);
          }
        }
      }
    },
    async close() {
      server.logger.close();
    },
  };
}

function howPut({ query, headers, method }: S3Context): StoredVersion['how'] {
  if (query['uploadId']) return 'CompleteMultipartUpload';
  if (headers['x-amz-copy-source']) return 'Copy';
  return method === 'POST' ? 'Post' : 'Put';
}

const concerns = ({ prefixes = [], suffixes = [] }: LocalBucket, key: string) =>
  (prefixes.length === 0 || prefixes.some((prefix) => key.startsWith(prefix))) &&
  (suffixes.length === 0 || suffixes.some((suffix) => key.endsWith(suffix)));

/** Only this machine reaches the server, and whoever does may use it. */
function acceptAnyCredentials(ctx: S3Context): void {
  delete ctx.headers.authorization;
  const query = new URLSearchParams(ctx.querystring);
  const names = [...query.keys()].filter((name) => AUTHENTICATION.test(name));
  if (names.length === 0) return;
  for (const name of names) query.delete(name);
  ctx.querystring = query.toString();
}

function decodeBody(ctx: S3Context): void {
  const { headers } = ctx;
  if (!String(headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-')) return;
  delete headers['x-amz-content-sha256'];
  const encodings = (headers['content-encoding'] ?? '').split(',').map((each) => each.trim());
  const left = encodings.filter((each) => each !== '' && each !== 'aws-chunked').join(', ');
  if (left === '') delete headers['content-encoding'];
  else headers['content-encoding'] = left;
  // An error on either side destroys the decoder, which s3rver then sees as a broken body.
  ctx.req = pipeline(ctx.req, new AwsChunkedDecoder(), () => {});
}

/** Conditional reads and suffix ranges, neither of which s3rver knows. */
async function prepareRead(ctx: S3Context): Promise<void> {
  const { 'if-match': ifMatch, range } = ctx.headers;
  const versionId = ctx.query['versionId'];
  const suffix = /^bytes=-(\d+)$/.exec(range ?? '')?.[1];
  if (ifMatch === undefined && suffix === undefined && versionId === undefined) return;
  const [bucket = '', ...key] = ctx.path.split('/').slice(1).map(decodeURIComponent);
  const object = await ctx.store.getObject(bucket, key.join('/'));
  object?.content?.destroy();
  if (!object) {
    if (versionId === undefined) return;
    throw new S3Error('NoSuchVersion', 'The specified version does not exist.', {
      Key: key.join('/'),
      VersionId: versionId,
    });
  }
  const expected = ifMatch?.replaceAll('"', '');
  if (expected !== undefined && expected !== '*' && expected !== object.metadata['etag']?.replaceAll('"', '')) {
    throw new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
  }
  if (suffix !== undefined) ctx.headers.range = `bytes=${Math.max(0, object.size - Number(suffix))}-`;
}
