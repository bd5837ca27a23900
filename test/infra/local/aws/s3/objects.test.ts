import {
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  GetBucketAclCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetBucketWebsiteCommand,
  GetObjectAclCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  PutObjectTaggingCommand,
  RestoreObjectCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { describe, expect, it } from 'vitest';
import { Bucket, runS3, send } from './running-s3.ts';

const Key = 'videos/a & b.mp4';

describe('versions', () => {
  it('are enabled in the bucket and readable by id, also behind a delete marker', async () => {
    const { put, get, client } = await runS3();
    expect((await client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
    const { VersionId } = await put(Key, 'one');
    const marker = await client.send(new DeleteObjectCommand({ Bucket, Key }));
    expect(marker).toMatchObject({ DeleteMarker: true, VersionId: expect.any(String) });
    const gone = client.send(new HeadObjectCommand({ Bucket, Key }));
    await expect(gone).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
    await expect(get(Key, { VersionId: marker.VersionId })).rejects.toMatchObject({ name: 'MethodNotAllowed' });
    expect((await get(Key, { VersionId })).bytes.toString()).toBe('one');
    const removed = await client.send(new DeleteObjectCommand({ Bucket, Key, VersionId: marker.VersionId }));
    expect(removed).toMatchObject({ DeleteMarker: true, VersionId: marker.VersionId });
    expect((await get(Key)).bytes.toString()).toBe('one');
  });

  it('have tags of their own', async () => {
    const { put, get, client } = await runS3();
    const first = await put(Key, 'one', { Tagging: 'team=video&note=b%20%26%20c' });
    const second = await put(Key, 'two');
    const tagsOf = async (VersionId?: string) =>
      (await client.send(new GetObjectTaggingCommand({ Bucket, Key, VersionId }))).TagSet;
    expect((await get(Key, { VersionId: first.VersionId })).TagCount).toBe(2);
    expect(await tagsOf(first.VersionId)).toEqual([
      { Key: 'team', Value: 'video' },
      { Key: 'note', Value: 'b & c' },
    ]);
    expect(await tagsOf()).toEqual([]);
    const TagSet = [{ Key: 'state', Value: '<done>' }];
    const tagging = { Bucket, Key, VersionId: second.VersionId, Tagging: { TagSet } };
    await client.send(new PutObjectTaggingCommand(tagging));
    expect(await tagsOf()).toEqual(TagSet);
    await client.send(new DeleteObjectTaggingCommand({ Bucket, Key }));
    expect(await tagsOf()).toEqual([]);
    expect(await tagsOf(first.VersionId)).toHaveLength(2);
  });

  it.each([
    ['BadRequest', Array.from({ length: 11 }, (_, number) => ({ Key: `${number}`, Value: '' }))],
    ['InvalidTag', [{ Key: 'k'.repeat(129), Value: '' }]],
    [
      'InvalidTag',
      [
        { Key: 'k', Value: '1' },
        { Key: 'k', Value: '2' },
      ],
    ],
  ])('refuse with %s tags beyond S3’s limits', async (code, TagSet) => {
    const { put, client } = await runS3();
    await put(Key);
    const refused = client.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet } }));
    await expect(refused).rejects.toMatchObject({ name: code });
  });
});

describe('an object', () => {
  it('keeps its headers, and metadata of up to 2 KB', async () => {
    const { put, get } = await runS3();
    const headers = {
      ContentType: 'video/mp4',
      CacheControl: 'no-cache',
      ContentDisposition: 'inline',
      ContentEncoding: 'gzip',
      ContentLanguage: 'de',
      StorageClass: 'STANDARD_IA',
      Metadata: { a: 'x'.repeat(2047) },
    };
    await put(Key, 'bytes', headers);
    expect(await get(Key)).toMatchObject(headers);
    const tooLarge = put(Key, 'bytes', { Metadata: { a: 'x'.repeat(2048) } });
    await expect(tooLarge).rejects.toMatchObject({ name: 'MetadataTooLarge', $metadata: { httpStatusCode: 400 } });
  });

  it('can be read conditionally', async () => {
    const { put, get } = await runS3();
    const { ETag } = await put(Key, 'bytes');
    const [past, future] = [new Date(Date.now() - 3600_000), new Date(Date.now() + 3600_000)];
    const statusOf = (conditions: object) =>
      get(Key, conditions).then(
        () => 200,
        (error) => error.$metadata.httpStatusCode,
      );
    expect(await statusOf({ IfMatch: ETag, IfUnmodifiedSince: past })).toBe(200);
    expect(await statusOf({ IfMatch: '"other"' })).toBe(412);
    expect(await statusOf({ IfUnmodifiedSince: past })).toBe(412);
    expect(await statusOf({ IfNoneMatch: ETag })).toBe(304);
    expect(await statusOf({ IfModifiedSince: future })).toBe(304);
    expect(await statusOf({ IfNoneMatch: '"other"', IfModifiedSince: future })).toBe(200);
  });

  it('answers ranges with 206, or with 416 beyond its end', async () => {
    const { put, get } = await runS3();
    await put(Key, '0123456789');
    expect(await get(Key, { Range: 'bytes=8-99' })).toMatchObject({
      bytes: Buffer.from('89'),
      ContentRange: 'bytes 8-9/10',
      $metadata: { httpStatusCode: 206 },
    });
    const beyond = { name: 'InvalidRange', $metadata: { httpStatusCode: 416 } };
    await expect(get(Key, { Range: 'bytes=10-' })).rejects.toMatchObject(beyond);
    // As in HTTP, an invalid Range header is ignored.
    expect(await get(Key, { Range: 'bytes=5-2' })).toMatchObject({ $metadata: { httpStatusCode: 200 } });
  });

  it('has attributes and a well-formed ACL', async () => {
    const { put, client } = await runS3();
    const { ETag } = await put(Key, 'bytes');
    const ObjectAttributes = ['ETag' as const, 'ObjectSize' as const, 'StorageClass' as const];
    const attributes = await client.send(new GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes }));
    expect(attributes).toMatchObject({ ETag: ETag?.replaceAll('"', ''), ObjectSize: 5, StorageClass: 'STANDARD' });
    for (const acl of [
      await client.send(new GetObjectAclCommand({ Bucket, Key })),
      await client.send(new GetBucketAclCommand({ Bucket })),
    ]) {
      const { ID } = acl.Owner ?? {};
      expect(acl.Grants).toMatchObject([{ Grantee: { Type: 'CanonicalUser', ID }, Permission: 'FULL_CONTROL' }]);
    }
    await expect(put(Key, 'x', { ACL: 'public-read' })).rejects.toMatchObject({
      name: 'AccessControlListNotSupported',
    });
  });
});

describe('a bucket', () => {
  it('is found, and buckets of other names are not', async () => {
    const { client } = await runS3();
    expect((await client.send(new ListBucketsCommand({}))).Buckets).toMatchObject([{ Name: Bucket }]);
    await expect(client.send(new HeadBucketCommand({ Bucket }))).resolves.toBeDefined();
    expect((await client.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBeUndefined();
    const other = client.send(new GetBucketVersioningCommand({ Bucket: 'other' }));
    await expect(other).rejects.toMatchObject({ name: 'NoSuchBucket', $metadata: { httpStatusCode: 404 } });
  });

  it('answers unsupported requests with NotImplemented, never with the document of another operation', async () => {
    const { client, put } = await runS3();
    await put(Key);
    const notImplemented = { name: 'NotImplemented', $metadata: { httpStatusCode: 501 } };
    await expect(client.send(new GetBucketWebsiteCommand({ Bucket }))).rejects.toMatchObject(notImplemented);
    await expect(client.send(new RestoreObjectCommand({ Bucket, Key }))).rejects.toMatchObject(notImplemented);
    await expect(put(Key, 'x', { SSECustomerAlgorithm: 'AES256', SSECustomerKey: 'k'.repeat(32) })).rejects.toThrow();
  });

  it('returns an error as XML with a request id', async () => {
    const { client } = await runS3();
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: 'none & more' }));
    const { status, body, headers } = await send(url, 'GET');
    expect(status).toBe(404);
    expect(body).toContain('<Code>NoSuchKey</Code>');
    expect(body).toContain('<Key>none &amp; more</Key>');
    expect(body).toContain(`<RequestId>${headers['x-amz-request-id']}</RequestId>`);
  });
});
