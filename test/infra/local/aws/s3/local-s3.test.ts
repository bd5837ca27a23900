import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type LocalBucket, startLocalS3 } from '../../../../../infra/local/aws/s3/local-s3.ts';
import type { ObjectCreatedRecord } from '../../../../../infra/local/aws/s3/object-created-record.ts';

const Bucket = 'videos';
const accessKey = { accessKeyId: 'a', secretAccessKey: 'b' };

async function directory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'pindrop-s3-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function s3Over(path: string, bucket: Partial<LocalBucket> = {}) {
  const records: ObjectCreatedRecord[] = [];
  const unrecovered: { versionId: string; why: string }[] = [];
  const local = await startLocalS3({
    directory: path,
    accessKey,
    onUnrecovered: (version) => unrecovered.push(version),
  });
  const notify = async (record: ObjectCreatedRecord) => void records.push(record);
  await local.createBucket(Bucket, { versioned: true, notify, ...bucket });
  const server = http.createServer(local.handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new S3Client({
    endpoint,
    region: 'eu-west-1',
    credentials: accessKey,
    maxAttempts: 1,
  });
  onTestFinished(async () => {
    client.destroy();
    server.closeAllConnections();
    server.close();
    await local.close();
  });
  const get = async (Key: string, more: Record<string, string> = {}) => {
    const { Body, ...answer } = await client.send(new GetObjectCommand({ Bucket, Key, ...more }));
    return { ...answer, bytes: Buffer.from((await Body?.transformToByteArray()) ?? []) };
  };
  return { local, client, records, unrecovered, get, endpoint };
}

describe('the local S3', () => {
  it.each([['WHEN_SUPPORTED'], ['WHEN_REQUIRED']] as const)(
    'takes streams as the SDK sends them, with checksums %s',
    async (requestChecksumCalculation) => {
      const { endpoint, get } = await s3Over(await directory());
      const client = new S3Client({
        endpoint,
        region: 'us-east-1',
        credentials: accessKey,
        requestChecksumCalculation,
      });
      const bytes = randomBytes(300_000);
      const pieces = Readable.from([bytes.subarray(0, 1), bytes.subarray(1, 100_000), bytes.subarray(100_000)]);
      await client.send(
        new PutObjectCommand({
          Bucket,
          Key: 'clip.mp4',
          Body: pieces,
          ContentLength: bytes.length,
          ContentEncoding: 'identity',
        }),
      );
      client.destroy();
      const got = await get('clip.mp4');
      expect(got.bytes.equals(bytes)).toBe(true);
      expect(got.ContentEncoding).toBe('identity');
    },
  );

  it('keeps every version, its metadata, and tells of each', async () => {
    const { client, get, records } = await s3Over(await directory());
    const Key = 'a folder/a b+c 100% é.mp4';
    const first = await client.send(new PutObjectCommand({ Bucket, Key, Body: 'one', Metadata: { board: '42' } }));
    const second = await client.send(new PutObjectCommand({ Bucket, Key, Body: 'second' }));
    expect(first.VersionId).not.toBe(second.VersionId);
    const VersionId = first.VersionId ?? '';
    expect(await get(Key, { VersionId })).toMatchObject({
      bytes: Buffer.from('one'),
      VersionId,
      Metadata: { board: '42' },
    });
    expect(await get(Key)).toMatchObject({ bytes: Buffer.from('second'), VersionId: second.VersionId });
    expect(await client.send(new HeadObjectCommand({ Bucket, Key, VersionId }))).toMatchObject({
      ContentLength: 3,
      VersionId,
    });
    expect(records.map(({ s3 }) => s3.object)).toMatchObject([
      {
        key: 'a+folder/a+b%2Bc+100%25+%C3%A9.mp4',
        size: 3,
        eTag: first.ETag?.replaceAll('"', ''),
        versionId: VersionId,
      },
      { versionId: second.VersionId },
    ]);
    expect((records[1]?.s3.object.sequencer ?? '') > (records[0]?.s3.object.sequencer ?? '')).toBe(true);
  });

  it('serves a reader the version it began with, whatever is put meanwhile', async () => {
    const { client } = await s3Over(await directory());
    const bytes = randomBytes(20_000_000);
    const { VersionId } = await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: bytes }));
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: 'k' }));
    await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'overwritten' }));
    expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
    expect(VersionId).toBeDefined();
  });

  it('puts objects together from their parts, and copies them', async () => {
    const { client, get, records } = await s3Over(await directory());
    const { UploadId } = await client.send(
      new CreateMultipartUploadCommand({ Bucket, Key: 'parts.mp4', Metadata: { board: '7' } }),
    );
    const bytes = [randomBytes(5 * 1024 ** 2), randomBytes(100)];
    const Parts = [];
    for (const [index, Body] of bytes.entries()) {
      const { ETag } = await client.send(
        new UploadPartCommand({ Bucket, Key: 'parts.mp4', UploadId, PartNumber: index + 1, Body }),
      );
      Parts.push({ ETag, PartNumber: index + 1 });
    }
    await client.send(
      new CompleteMultipartUploadCommand({ Bucket, Key: 'parts.mp4', UploadId, MultipartUpload: { Parts } }),
    );
    expect((await get('parts.mp4')).bytes.equals(Buffer.concat(bytes))).toBe(true);
    await client.send(new CopyObjectCommand({ Bucket, Key: 'copy.mp4', CopySource: `${Bucket}/parts.mp4` }));
    expect(await get('copy.mp4')).toMatchObject({ ContentLength: 5 * 1024 ** 2 + 100, Metadata: { board: '7' } });
    expect(records.map(({ eventName }) => eventName)).toEqual([
      'ObjectCreated:CompleteMultipartUpload',
      'ObjectCreated:Copy',
    ]);
  });

  it('reads ranges, also from the end, and only what was expected', async () => {
    const { client, get } = await s3Over(await directory());
    const { ETag } = await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: '0123456789' }));
    expect((await get('k', { Range: 'bytes=2-4' })).bytes.toString()).toBe('234');
    expect((await get('k', { Range: 'bytes=7-' })).bytes.toString()).toBe('789');
    expect((await get('k', { Range: 'bytes=-3' })).bytes.toString()).toBe('789');
    expect((await get('k', { IfMatch: ETag ?? '' })).bytes.length).toBe(10);
    await expect(get('k', { IfMatch: '"other"' })).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } });
  });

  it('puts on conditions, of which only one of many finds them fulfilled', async () => {
    const { client, get } = await s3Over(await directory(), { versioned: false });
    const put = (Body: string, condition: { IfMatch: string } | { IfNoneMatch: string }) =>
      client.send(new PutObjectCommand({ Bucket, Key: 'lane', Body, ...condition })).then(
        () => 'put',
        (error: Error) => error.name,
      );
    expect(await put('x', { IfMatch: '"0"' })).toBe('NoSuchKey');
    const first = await Promise.all(['a', 'b', 'c', 'd'].map((body) => put(body, { IfNoneMatch: '*' })));
    expect(first.sort()).toEqual([...Array(3).fill('PreconditionFailed'), 'put']);
    const { ETag = '' } = await get('lane');
    const next = await Promise.all(['e', 'f', 'g', 'h'].map((body) => put(body, { IfMatch: ETag })));
    expect(next.sort()).toEqual([...Array(3).fill('PreconditionFailed'), 'put']);
  });

  it('deletes what is current, or one version', async () => {
    const { client, get } = await s3Over(await directory());
    const put = async (Body: string) =>
      (await client.send(new PutObjectCommand({ Bucket, Key: 'd/k', Body }))).VersionId ?? '';
    const [first, second] = [await put('one'), await put('two')];
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'd/k', VersionId: second }));
    expect((await get('d/k')).bytes.toString()).toBe('one');
    await expect(get('d/k', { VersionId: second })).rejects.toMatchObject({ name: 'NoSuchVersion' });
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'd/k' }));
    await expect(get('d/k')).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect((await get('d/k', { VersionId: first })).bytes.toString()).toBe('one');
    expect((await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount ?? 0).toBe(0);
  });

  it('knows no versions in a bucket without', async () => {
    const { client, get, records } = await s3Over(await directory(), { versioned: false });
    const answer = await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'one' }));
    await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'two' }));
    expect(answer.VersionId).toBeUndefined();
    expect(await get('k')).toMatchObject({ bytes: Buffer.from('two') });
    expect(records.map(({ s3 }) => s3.object.versionId)).toEqual([undefined, undefined]);
  });

  it('tells only of keys that the filter names', async () => {
    const ignored: string[] = [];
    const onIgnored = (key: string) => void ignored.push(key);
    const filter = { prefixes: ['videos/'], suffixes: ['.mp4'], onIgnored };
    const { client, records } = await s3Over(await directory(), filter);
    for (const Key of ['videos/a.mp4', 'videos/a.txt', 'other/a.mp4'])
      await client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
    expect(records.map(({ s3 }) => s3.object.key)).toEqual(['videos/a.mp4']);
    expect(ignored).toEqual(['videos/a.txt', 'other/a.mp4']);
  });

  it('fails a put that it cannot tell of, and tells of it at the next start', async () => {
    const path = await directory();
    const notify = async () => {
      throw new Error('the queue is gone');
    };
    const before = await s3Over(path, { notify });
    const put = before.client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'one' }));
    await expect(put).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
    const after = await s3Over(path);
    await after.local.recover();
    expect(after.records.map(({ s3 }) => s3.object.key)).toEqual(['k']);
    await after.local.recover();
    expect(after.records).toHaveLength(1);
    expect((await after.get('k')).bytes.toString()).toBe('one');
  });

  it('neither shows nor tells of an object that was cut off in mid-put', async () => {
    const path = await directory();
    const { endpoint, client, records, local } = await s3Over(path);
    await new Promise<void>((resolve) => {
      const request = http.request(`${endpoint}/${Bucket}/k`, { method: 'PUT', headers: { 'Content-Length': 1000 } });
      request.on('error', () => resolve()).write('only this');
      setTimeout(() => request.destroy(), 100);
    });
    await local.recover();
    expect((await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount ?? 0).toBe(0);
    expect(records).toEqual([]);
  });

  // A file system's names have 255 bytes at most; S3's keys have 1,024, whatever is between their slashes.
  it.each([
    ['a name of 255 bytes', `${'n'.repeat(251)}.mp4`],
    ['70 characters of three bytes', `${'動'.repeat(70)}.mp4`],
    ['one segment of 1,024 bytes', 'k'.repeat(1024)],
    ['1,024 bytes in four segments', `${Array(4).fill('k'.repeat(255)).join('/')}k`],
    ['512 segments', `${'a/'.repeat(511)}ab`],
    ['segments that a path would lose', 'a//b/./c/../d'],
    ['a name like that of a version', '0'.repeat(64)],
  ])('puts, reads, lists and tells of a key with %s', async (_what, Key) => {
    const { client, get, records } = await s3Over(await directory());
    const { VersionId = '' } = await client.send(new PutObjectCommand({ Bucket, Key, Body: 'one' }));
    await client.send(new PutObjectCommand({ Bucket, Key, Body: 'two' }));
    expect((await get(Key)).bytes.toString()).toBe('two');
    expect((await get(Key, { VersionId })).bytes.toString()).toBe('one');
    expect(records.map(({ s3 }) => decodeURIComponent(s3.object.key))).toEqual([Key, Key]);
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket }));
    expect(Contents?.map((object) => object.Key)).toEqual([Key]);
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
    await expect(get(Key)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('refuses a key of 1,025 bytes as S3 does', async () => {
    const { client, records } = await s3Over(await directory());
    const Key = `${'é'.repeat(512)}k`;
    const refused = { name: 'KeyTooLongError', $metadata: { httpStatusCode: 400 } };
    await expect(client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))).rejects.toMatchObject(refused);
    await expect(client.send(new CreateMultipartUploadCommand({ Bucket, Key }))).rejects.toMatchObject(refused);
    expect(records).toEqual([]);
  });

  it('knows a key beside those that it would be a directory of, and lists them in the order of their bytes', async () => {
    const { client, get } = await s3Over(await directory());
    const keys = ['a', 'a/b', 'a/b/c', 'a b', 'é', 'Z'];
    for (const Key of keys) await client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    for (const Key of keys) expect((await get(Key)).bytes.toString()).toBe(Key);
    const listed = async (options: object) => {
      const { Contents = [], CommonPrefixes = [] } = await client.send(
        new ListObjectsV2Command({ Bucket, ...options }),
      );
      return [...Contents.map(({ Key }) => Key), ...CommonPrefixes.map(({ Prefix }) => Prefix)];
    };
    expect(await listed({})).toEqual(['Z', 'a', 'a b', 'a/b', 'a/b/c', 'é']);
    expect(await listed({ Delimiter: '/' })).toEqual(['Z', 'a', 'a b', 'é', 'a/']);
    expect(await listed({ Prefix: 'a/', Delimiter: '/' })).toEqual(['a/b', 'a/b/']);
    expect(await listed({ StartAfter: 'a b' })).toEqual(['a/b', 'a/b/c', 'é']);
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    expect((await get('a/b')).bytes.toString()).toBe('a/b');
  });

  it('reports a version that it cannot tell of, and goes on with the others', async () => {
    const path = await directory();
    const notify = async () => {
      throw new Error('the queue is gone');
    };
    const before = await s3Over(path, { notify });
    for (const Key of ['bad', 'good']) {
      await before.client.send(new PutObjectCommand({ Bucket, Key, Body: Key })).catch(() => {});
    }
    const [bad = ''] = (await readdir(join(path, 'versions', Bucket))).sort();
    await writeFile(join(path, 'versions', Bucket, bad, 'record.json'), '{');
    const after = await s3Over(path);
    await after.local.recover();
    expect(after.records.map(({ s3 }) => s3.object.key)).toEqual(['good']);
    expect(after.unrecovered).toMatchObject([{ versionId: bad, why: expect.stringContaining('JSON') }]);
    expect((await after.get('good')).bytes.toString()).toBe('good');
    expect(await readdir(join(path, 'versions', Bucket))).toContain(bad);
  });

  it('leaves a put alone that is under way while another version of its bucket is deleted', async () => {
    const { client, get, endpoint } = await s3Over(await directory());
    const { VersionId } = await client.send(new PutObjectCommand({ Bucket, Key: 'old', Body: 'old' }));
    const slow = http.request(`${endpoint}/${Bucket}/slow`, { method: 'PUT', headers: { 'Content-Length': 8 } });
    const answered = new Promise<http.IncomingMessage>((resolve) => slow.on('response', resolve));
    slow.write('half');
    await new Promise((resolve) => setTimeout(resolve, 100));
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'old', VersionId }));
    slow.end('half');
    expect((await answered).statusCode).toBe(200);
    expect((await get('slow')).bytes.toString()).toBe('halfhalf');
  });
});
