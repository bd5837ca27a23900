import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { successor } from '../../../../../infra/local/aws/s3/key-walk.ts';
import { Bucket, type RunningS3, runS3 } from './running-s3.ts';

/** Names that change if XML or URLs are encoded or parsed incorrectly. */
const ODD = [
  'R&D <1>',
  `it's "5 + 5"`,
  '100% #1?',
  '&amp;lt;',
  ' blanks ',
  'cr\rlf\n',
  'tab\t',
  '😀 é 動画',
  'a~b*c(d)!',
];

const namesOf = ({ Contents = [] }: { Contents?: { Key?: string }[] }) => Contents.map(({ Key }) => Key ?? '');

async function allKeys({ client }: RunningS3, options: object = {}): Promise<string[]> {
  const pages = await Array.fromAsync(paginateListObjectsV2({ client }, { Bucket, ...options }));
  return pages.flatMap(namesOf);
}

const bytesInOrder = (keys: string[]) => keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

describe('a listing', () => {
  it('returns all of 1,005 keys, page by page, in both versions of the operation', async () => {
    const s3 = await runS3({ bucket: { notify: async () => {} } });
    const keys = Array.from({ length: 1005 }, (_, number) => `k/${String(number).padStart(4, '0')}`);
    for (let from = 0; from < keys.length; from += 40) {
      await Promise.all(keys.slice(from, from + 40).map((key) => s3.put(key, 'x')));
    }
    const first = await s3.client.send(new ListObjectsV2Command({ Bucket }));
    expect(first).toMatchObject({ KeyCount: 1000, IsTruncated: true, NextContinuationToken: expect.any(String) });
    expect(await allKeys(s3)).toEqual(keys);
    const one = await s3.client.send(new ListObjectsCommand({ Bucket }));
    const two = await s3.client.send(new ListObjectsCommand({ Bucket, Marker: one.Contents?.at(-1)?.Key }));
    expect([one.IsTruncated, two.IsTruncated]).toEqual([true, false]);
    expect([...namesOf(one), ...namesOf(two)]).toEqual(keys);
  });

  it('escapes each key exactly once, also with URL encoding', async () => {
    const s3 = await runS3();
    for (const key of ODD) await s3.put(key);
    expect(await allKeys(s3)).toEqual(bytesInOrder(ODD));
    const encoded = await s3.client.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url' }));
    const decoded = namesOf(encoded).map((key) => decodeURIComponent(key.replaceAll('+', ' ')));
    expect(decoded).toEqual(bytesInOrder(ODD));
    expect(namesOf(encoded)).toContain('100%25+%231%3F');
  });

  it('counts a common prefix as one entry of a page, and continues after it', async () => {
    const s3 = await runS3();
    for (const key of ['a', 'b/1', 'b/2', 'c/1', 'c/2/3', 'd']) await s3.put(key);
    const seen: string[] = [];
    for (let ContinuationToken: string | undefined, turn = 0; turn === 0 || ContinuationToken; turn++) {
      const page: Awaited<ReturnType<typeof listPage>> = await listPage(ContinuationToken);
      expect(page.KeyCount).toBe(1);
      seen.push(...namesOf(page), ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix ?? ''));
      ContinuationToken = page.NextContinuationToken;
    }
    expect(seen).toEqual(['a', 'b/', 'c/', 'd']);
    const marked = await s3.client.send(new ListObjectsCommand({ Bucket, Delimiter: '/', MaxKeys: 2 }));
    expect(marked.NextMarker).toBe('b/');
    const rest = await s3.client.send(new ListObjectsCommand({ Bucket, Delimiter: '/', Marker: marked.NextMarker }));
    expect([rest.CommonPrefixes, namesOf(rest)]).toEqual([[{ Prefix: 'c/' }], ['d']]);
    function listPage(ContinuationToken?: string) {
      return s3.client.send(new ListObjectsV2Command({ Bucket, Delimiter: '/', MaxKeys: 1, ContinuationToken }));
    }
  });

  it('names the owner only on request', async () => {
    const s3 = await runS3();
    await s3.put('k');
    const list = async (FetchOwner: boolean) =>
      (await s3.client.send(new ListObjectsV2Command({ Bucket, FetchOwner }))).Contents?.[0]?.Owner?.ID;
    expect(await list(false)).toBeUndefined();
    expect(await list(true)).toEqual(expect.any(String));
  });

  it.each([
    [{ MaxKeys: 0 }, []],
    [{ Prefix: 'b', StartAfter: 'b1' }, ['b2']],
    [{ Prefix: 'b', StartAfter: 'a' }, ['b1', 'b2']],
    [{ StartAfter: 'b2' }, ['c']],
    [{ Prefix: 'none' }, []],
  ])('with %j returns %j', async (options, expected) => {
    const s3 = await runS3();
    for (const key of ['a', 'b1', 'b2', 'c']) await s3.put(key);
    expect(namesOf(await s3.client.send(new ListObjectsV2Command({ Bucket, ...options })))).toEqual(expected);
  });

  it('refuses an invalid encoding, token or number of keys', async () => {
    const { client } = await runS3();
    for (const wrong of [{ EncodingType: 'base64' as 'url' }, { ContinuationToken: 'x' }, { MaxKeys: -1 }]) {
      const refused = client.send(new ListObjectsV2Command({ Bucket, ...wrong }));
      await expect(refused).rejects.toMatchObject({ name: 'InvalidArgument' });
    }
  });
});

describe('a listing of versions', () => {
  it('shows every version and delete marker, page by page', async () => {
    const s3 = await runS3();
    const [first, second] = [await s3.put('a', '1'), await s3.put('a', '22')];
    const { VersionId: marker } = await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    const other = await s3.put('b', '333');
    const all = await s3.client.send(new ListObjectVersionsCommand({ Bucket }));
    expect(all.Versions).toMatchObject([
      { Key: 'a', VersionId: second.VersionId, IsLatest: false, Size: 2 },
      { Key: 'a', VersionId: first.VersionId, IsLatest: false, Size: 1 },
      { Key: 'b', VersionId: other.VersionId, IsLatest: true, Size: 3 },
    ]);
    expect(all.DeleteMarkers).toMatchObject([{ Key: 'a', VersionId: marker, IsLatest: true }]);
    const ids: (string | undefined)[] = [];
    let page = await s3.client.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 1 }));
    for (;;) {
      ids.push(...[...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(({ VersionId }) => VersionId));
      if (!page.IsTruncated) break;
      const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page;
      page = await s3.client.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 1, KeyMarker, VersionIdMarker }));
    }
    expect(ids).toEqual([marker, second.VersionId, first.VersionId, other.VersionId]);
  });
});

describe('deleting many objects', () => {
  it('deletes each object by its exact key, and a later listing is empty', async () => {
    const s3 = await runS3();
    for (const key of ODD) await s3.put(key);
    const Objects = ODD.map((Key) => ({ Key }));
    const { Deleted = [] } = await s3.client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(Deleted.map(({ Key }) => Key)).toEqual(ODD);
    expect(Deleted.every(({ DeleteMarker }) => DeleteMarker)).toBe(true);
    expect(await allKeys(s3)).toEqual([]);
  });

  it('deletes versions permanently, and returns no list in quiet mode', async () => {
    const s3 = await runS3();
    const { VersionId } = await s3.put('k');
    const Delete = { Objects: [{ Key: 'k', VersionId }], Quiet: true };
    expect((await s3.client.send(new DeleteObjectsCommand({ Bucket, Delete }))).Deleted).toBeUndefined();
    await expect(s3.get('k', { VersionId })).rejects.toMatchObject({ name: 'NoSuchVersion' });
  });
});

describe('the first text after all texts with a prefix', () => {
  it.each([
    ['a/', 'a0'],
    ['\u{d7ff}', '\u{e000}'],
    ['a\u{10ffff}', 'b'],
  ])('for %j is %j', (text, next) => expect(successor(text)).toBe(next));
});
