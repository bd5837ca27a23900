import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { Bucket, runS3, temporaryDirectory } from './running-s3.ts';

describe('the local S3', () => {
  it.each([['WHEN_SUPPORTED'], ['WHEN_REQUIRED']] as const)(
    'accepts streams as the SDK sends them, with checksums %s',
    async (requestChecksumCalculation) => {
      const { clientWith, get } = await runS3();
      const client = clientWith({ requestChecksumCalculation });
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
      const got = await get('clip.mp4');
      expect(got.bytes.equals(bytes)).toBe(true);
      expect(got.ContentEncoding).toBe('identity');
    },
  );

  it('keeps every version with its metadata, and sends a notification for each', async () => {
    const { client, get, records } = await runS3();
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

  it('serves the version that a client began to read, even if another one is put during the read', async () => {
    const { client } = await runS3();
    const bytes = randomBytes(20_000_000);
    const { VersionId } = await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: bytes }));
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: 'k' }));
    await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'overwritten' }));
    expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
    expect(VersionId).toBeDefined();
  });

  it('serves ranges, also from the end, and refuses a read that expects another ETag', async () => {
    const { client, get } = await runS3();
    const { ETag } = await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: '0123456789' }));
    expect((await get('k', { Range: 'bytes=2-4' })).bytes.toString()).toBe('234');
    expect((await get('k', { Range: 'bytes=7-' })).bytes.toString()).toBe('789');
    expect((await get('k', { Range: 'bytes=-3' })).bytes.toString()).toBe('789');
    expect((await get('k', { IfMatch: ETag ?? '' })).bytes.length).toBe(10);
    await expect(get('k', { IfMatch: '"other"' })).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } });
  });

  it('accepts only one of several parallel puts with the same condition', async () => {
    const { client, get } = await runS3({ bucket: { versioned: false } });
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

  it('deletes the current object, or one version', async () => {
    const { client, get } = await runS3();
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

  it('returns no version ids in an unversioned bucket', async () => {
    const { client, get, records } = await runS3({ bucket: { versioned: false } });
    const answer = await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'one' }));
    await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'two' }));
    expect(answer.VersionId).toBeUndefined();
    expect(await get('k')).toMatchObject({ bytes: Buffer.from('two') });
    expect(records.map(({ s3 }) => s3.object.versionId)).toEqual([undefined, undefined]);
  });

  it('sends notifications only for keys that match one of the filters', async () => {
    const ignored: string[] = [];
    const onIgnored = (key: string) => void ignored.push(key);
    const filter = { filters: [{ prefix: 'videos/', suffix: '.mp4' }, { prefix: 'clips/' }], onIgnored };
    const { client, records } = await runS3({ bucket: filter });
    for (const Key of ['videos/a.mp4', 'videos/a.txt', 'clips/a.txt', 'other/a.mp4'])
      await client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
    expect(records.map(({ s3 }) => s3.object.key)).toEqual(['videos/a.mp4', 'clips/a.txt']);
    expect(ignored).toEqual(['videos/a.txt', 'other/a.mp4']);
  });

  it.each([
    ['dt%3D2026/', 'dt=2026/a.mp4'],
    ['my+videos/', 'my videos/a.mp4'],
    ['f%C3%BCr%2Balle%26mehr/', 'für+alle&mehr/a.mp4'],
  ])('compares the filter %j with keys as S3 does', async (prefix, key) => {
    const { client, records } = await runS3({ bucket: { filters: [{ prefix }] } });
    for (const Key of [key, prefix]) await client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
    expect(records.map(({ s3 }) => decodeURIComponent(s3.object.key.replaceAll('+', ' ')))).toEqual([key]);
  });

  it.each(['dt=2026/', 'my videos/', 'für/', 'a&b/'])(
    'never notifies for the unencoded filter %j, like S3',
    async (prefix) => {
      const { client, records } = await runS3({ bucket: { filters: [{ prefix }] } });
      await client.send(new PutObjectCommand({ Bucket, Key: `${prefix}a.mp4`, Body: 'x' }));
      expect(records).toEqual([]);
    },
  );

  it('fails a put if its notification fails, and sends the notification at the next start', async () => {
    const path = await temporaryDirectory();
    const notify = async () => {
      throw new Error('the queue is gone');
    };
    const before = await runS3({ directory: path, bucket: { notify } });
    const put = before.client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'one' }));
    await expect(put).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
    const after = await runS3({ directory: path });
    await after.local.recover();
    expect(after.records.map(({ s3 }) => s3.object.key)).toEqual(['k']);
    await after.local.recover();
    expect(after.records).toHaveLength(1);
    expect((await after.get('k')).bytes.toString()).toBe('one');
  });

  it('lists no object, sends no notification and keeps no bytes when a put is interrupted', async () => {
    const directory = await temporaryDirectory();
    const { putUrl, client, records, local } = await runS3({ directory });
    const url = await putUrl('k');
    const blobs = () => readdir(join(directory, 'blobs'));
    const request = http.request(url, { method: 'PUT', headers: { 'Content-Length': 1000 } });
    request.on('error', () => {}).write('only this');
    await expect.poll(blobs).toHaveLength(1);
    request.destroy();
    await expect.poll(blobs).toEqual([]);
    await local.recover();
    expect((await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount ?? 0).toBe(0);
    expect(records).toEqual([]);
  });

  // File names have at most 255 bytes. S3 keys have at most 1,024, wherever their slashes are.
  it.each([
    ['a name of 255 bytes', `${'n'.repeat(251)}.mp4`],
    ['70 characters of three bytes', `${'動'.repeat(70)}.mp4`],
    ['one segment of 1,024 bytes', 'k'.repeat(1024)],
    ['1,024 bytes in four segments', `${Array(4).fill('k'.repeat(255)).join('/')}k`],
    ['512 segments', `${'a/'.repeat(511)}ab`],
    ['segments that a path would lose', 'a//b/./c/../d'],
    ['a name like that of a version', '0'.repeat(64)],
  ])('puts, reads and lists a key with %s, and sends its notifications', async (_what, Key) => {
    const { client, get, records } = await runS3();
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
    const { client, records } = await runS3();
    const Key = `${'é'.repeat(512)}k`;
    const refused = { name: 'KeyTooLongError', $metadata: { httpStatusCode: 400 } };
    await expect(client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))).rejects.toMatchObject(refused);
    await expect(client.send(new CreateMultipartUploadCommand({ Bucket, Key }))).rejects.toMatchObject(refused);
    expect(records).toEqual([]);
  });

  it('keeps both a and a/b, which a file system cannot, and lists keys in the order of their bytes', async () => {
    const { client, get } = await runS3();
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

  it('reports a version whose notification it cannot send, and continues with the others', async () => {
    const directory = await temporaryDirectory();
    const notify = async () => {
      throw new Error('the queue is gone');
    };
    const before = await runS3({ directory, bucket: { notify } });
    for (const Key of ['bad', 'good']) await before.put(Key).catch(() => {});
    const database = new DatabaseSync(join(directory, 's3.sqlite'));
    const readBad = () => database.prepare("SELECT version_id AS id FROM versions WHERE key = 'bad'").get();
    const bad = readBad()?.['id'];
    database.exec("UPDATE versions SET description = '{' WHERE key = 'bad'");
    const after = await runS3({ directory });
    await after.local.recover();
    expect(after.records.map(({ s3 }) => s3.object.key)).toEqual(['good']);
    expect(after.unrecovered).toMatchObject([{ versionId: bad, why: expect.stringContaining('JSON') }]);
    expect((await after.get('good')).bytes.toString()).toBe('good');
    expect(readBad()).toBeDefined();
    database.close();
  });

  it('does not disturb a put in progress when another version in the bucket is deleted', async () => {
    const directory = await temporaryDirectory();
    const { client, put, get, putUrl } = await runS3({ directory });
    const { VersionId } = await put('old');
    const slow = http.request(await putUrl('slow'), { method: 'PUT', headers: { 'Content-Length': 8 } });
    const answered = new Promise<http.IncomingMessage>((resolve) => slow.on('response', resolve));
    slow.write('half');
    await expect.poll(() => readdir(join(directory, 'blobs'))).toHaveLength(2);
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'old', VersionId }));
    slow.end('half');
    expect((await answered).statusCode).toBe(200);
    expect((await get('slow')).bytes.toString()).toBe('halfhalf');
  });
});
