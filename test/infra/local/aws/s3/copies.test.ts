import { randomBytes } from 'node:crypto';
import { CopyObjectCommand, GetObjectTaggingCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { Bucket, runS3 } from './running-s3.ts';

const sourceOf = (key: string) => `${Bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;

describe('a copy', () => {
  it.each([['b ü+%.mp4'], ['a+b?c#d&e;f:g@h$i,j=k'], ['é/日本/😀'], ["it's <&>"]])('reads the key %s', async (key) => {
    const { put, get, client, records } = await runS3();
    await put(key, 'bytes');
    await client.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: sourceOf(key) }));
    expect((await get('copy')).bytes.toString()).toBe('bytes');
    expect(records.map(({ eventName }) => eventName)).toEqual(['ObjectCreated:Put', 'ObjectCreated:Copy']);
  });

  it('reads the version that its source names', async () => {
    const { put, get, client } = await runS3();
    const { VersionId } = await put('k', 'old');
    await put('k', 'new');
    const CopySource = `${sourceOf('k')}?versionId=${VersionId}`;
    const { CopySourceVersionId } = await client.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource }));
    expect(CopySourceVersionId).toBe(VersionId);
    expect((await get('copy')).bytes.toString()).toBe('old');
    // The usual way to restore an older version.
    await client.send(new CopyObjectCommand({ Bucket, Key: 'k', CopySource }));
    expect((await get('k')).bytes.toString()).toBe('old');
    const missing = `${sourceOf('k')}?versionId=${'0'.repeat(22)}`;
    const refused = client.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: missing }));
    await expect(refused).rejects.toMatchObject({ name: 'NoSuchVersion' });
  });

  it('honours the conditions on its source', async () => {
    const { put, client } = await runS3();
    const { ETag } = await put('k', 'bytes');
    const copy = (more: object) =>
      client.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: sourceOf('k'), ...more })).then(
        () => 'copied',
        (error: Error) => error.name,
      );
    const [past, future] = [new Date(Date.now() - 3600_000), new Date(Date.now() + 3600_000)];
    expect(await copy({ CopySourceIfMatch: ETag })).toBe('copied');
    expect(await copy({ CopySourceIfMatch: '"other"' })).toBe('PreconditionFailed');
    expect(await copy({ CopySourceIfNoneMatch: ETag })).toBe('PreconditionFailed');
    expect(await copy({ CopySourceIfUnmodifiedSince: past })).toBe('PreconditionFailed');
    expect(await copy({ CopySourceIfModifiedSince: future })).toBe('PreconditionFailed');
    // As on S3, a matching ETag takes precedence over the date.
    expect(await copy({ CopySourceIfMatch: ETag, CopySourceIfUnmodifiedSince: past })).toBe('copied');
  });

  it('keeps metadata and tags, or replaces them', async () => {
    const { put, client } = await runS3();
    await put('k', 'bytes', { Metadata: { board: '1' }, ContentType: 'video/mp4', Tagging: 'a=1' });
    const copy = async (more: object) => {
      await client.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: sourceOf('k'), ...more }));
      const { Metadata, ContentType } = await client.send(new HeadObjectCommand({ Bucket, Key: 'copy' }));
      const { TagSet } = await client.send(new GetObjectTaggingCommand({ Bucket, Key: 'copy' }));
      return { Metadata, ContentType, TagSet };
    };
    const before = { Metadata: { board: '1' }, ContentType: 'video/mp4', TagSet: [{ Key: 'a', Value: '1' }] };
    expect(await copy({ Metadata: { ignored: '2' } })).toEqual(before);
    const replaced = { MetadataDirective: 'REPLACE', Metadata: { c: '3' }, ContentType: 'video/quicktime' };
    expect(await copy({ ...replaced, TaggingDirective: 'REPLACE', Tagging: 'd=4' })).toEqual({
      Metadata: { c: '3' },
      ContentType: 'video/quicktime',
      TagSet: [{ Key: 'd', Value: '4' }],
    });
  });

  it('of an object onto itself must change something', async () => {
    const { put, client } = await runS3();
    await put('k', 'bytes');
    const copy = (more: object) =>
      client.send(new CopyObjectCommand({ Bucket, Key: 'k', CopySource: sourceOf('k'), ...more }));
    await expect(copy({})).rejects.toMatchObject({ name: 'InvalidRequest' });
    await expect(copy({ MetadataDirective: 'REPLACE' })).resolves.toBeDefined();
  });

  it('has the ETag and the checksum of its bytes', async () => {
    const { put, client } = await runS3();
    const put1 = await put('k', randomBytes(100_000), { ChecksumAlgorithm: 'SHA256' });
    const { CopyObjectResult } = await client.send(
      new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: sourceOf('k') }),
    );
    expect(CopyObjectResult).toMatchObject({ ETag: put1.ETag, ChecksumSHA256: put1.ChecksumSHA256 });
  });
});
