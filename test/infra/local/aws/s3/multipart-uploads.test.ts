import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectAttributesCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { Bucket, runS3, temporaryDirectory } from './running-s3.ts';

const MIB = 1024 ** 2;
const Key = 'videos/clip é.mp4';
const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest();

async function upload(
  create: Partial<CreateMultipartUploadCommandInput> = {},
  options: Parameters<typeof runS3>[0] = {},
) {
  const directory = await temporaryDirectory();
  const s3 = await runS3({ directory, ...options });
  const { UploadId } = await s3.client.send(new CreateMultipartUploadCommand({ Bucket, Key, ...create }));
  const about = { Bucket, Key, UploadId };
  const part = async (PartNumber: number, Body: Buffer, more: object = {}) => {
    const { ETag, ...sums } = await s3.client.send(new UploadPartCommand({ ...about, PartNumber, Body, ...more }));
    return { ETag, PartNumber, ...sums, $metadata: undefined };
  };
  const complete = (Parts: object[], more: object = {}) =>
    s3.client.send(new CompleteMultipartUploadCommand({ ...about, MultipartUpload: { Parts }, ...more }));
  const files = () => readdir(join(directory, 'blobs'));
  return { ...s3, about, part, complete, files };
}

describe('a multipart upload', () => {
  it('becomes one version with the ETag of its parts, and sends one notification', async () => {
    const { part, complete, get, records, client, files } = await upload({ Metadata: { board: '7' } });
    const bytes = [randomBytes(5 * MIB), randomBytes(100)] as const;
    // The parts arrive out of order, and part 2 is uploaded twice.
    const second = await part(2, randomBytes(200)).then(() => part(2, bytes[1]));
    const first = await part(1, bytes[0]);
    await part(3, randomBytes(50));
    const { ETag, VersionId } = await complete([first, second]);
    expect(ETag).toBe(`"${md5(Buffer.concat(bytes.map(md5))).toString('hex')}-2"`);
    const got = await get(Key);
    expect(got).toMatchObject({ ETag, VersionId, Metadata: { board: '7' } });
    expect(got.bytes.equals(Buffer.concat(bytes))).toBe(true);
    expect((await get(Key, { Range: `bytes=${5 * MIB - 2}-${5 * MIB + 1}` })).bytes).toEqual(
      Buffer.concat([bytes[0].subarray(-2), bytes[1].subarray(0, 2)]),
    );
    const head = await client.send(new HeadObjectCommand({ Bucket, Key, PartNumber: 2 }));
    expect(head).toMatchObject({ ContentLength: 100, PartsCount: 2 });
    expect(records.map(({ eventName, s3 }) => [eventName, s3.object.eTag])).toEqual([
      ['ObjectCreated:CompleteMultipartUpload', ETag?.replaceAll('"', '')],
    ]);
    // The files of the parts are the object: no bytes were copied, and the unused part was deleted.
    expect(await files()).toHaveLength(2);
  });

  it.each<[string, (parts: [object, object]) => object[], string]>([
    [
      'a wrong ETag',
      ([first, second]) => [first, { ...second, ETag: '"00000000000000000000000000000000"' }],
      'InvalidPart',
    ],
    ['a part that was not uploaded', ([first]) => [first, { ...first, PartNumber: 9 }], 'InvalidPart'],
    ['parts in the wrong order', ([first, second]) => [second, first], 'InvalidPartOrder'],
    ['a part twice', ([first]) => [first, first], 'InvalidPartOrder'],
    ['no parts', () => [], 'MalformedXML'],
  ])('is refused with %s, and can still be completed', async (_what, chosen, code) => {
    const { part, complete, records } = await upload();
    const parts = [await part(1, randomBytes(5 * MIB)), await part(2, randomBytes(10))] as [object, object];
    await expect(complete(chosen(parts))).rejects.toMatchObject({ name: code, $metadata: { httpStatusCode: 400 } });
    expect(records).toEqual([]);
    await complete(parts);
    expect(records).toHaveLength(1);
  });

  it('is refused if a part other than the last is too small', async () => {
    const { part, complete } = await upload();
    const parts = [await part(1, randomBytes(5 * MIB - 1)), await part(2, randomBytes(10))];
    await expect(complete(parts)).rejects.toMatchObject({ name: 'EntityTooSmall' });
    await expect(complete(parts, { MpuObjectSize: 1 })).rejects.toMatchObject({ name: 'EntityTooSmall' });
    await expect(complete(parts.slice(1), { MpuObjectSize: 1 })).rejects.toMatchObject({ name: 'InvalidRequest' });
  });

  it('that is completed twice gets the same response and creates no second version', async () => {
    const { part, complete, records } = await upload();
    const parts = [await part(1, randomBytes(10))];
    const first = await complete(parts);
    expect(await complete(parts)).toMatchObject({ ETag: first.ETag, VersionId: first.VersionId });
    expect(records).toHaveLength(1);
    const other = complete([{ ETag: '"00000000000000000000000000000000"', PartNumber: 1 }]);
    await expect(other).rejects.toMatchObject({ name: 'NoSuchUpload', $metadata: { httpStatusCode: 404 } });
  });

  it('that is aborted leaves no files behind', async () => {
    const { part, complete, client, about, files } = await upload();
    const parts = [await part(1, randomBytes(10))];
    await client.send(new AbortMultipartUploadCommand(about));
    expect(await files()).toEqual([]);
    await expect(complete(parts)).rejects.toMatchObject({ name: 'NoSuchUpload' });
    await expect(part(2, randomBytes(10))).rejects.toMatchObject({ name: 'NoSuchUpload' });
    expect(await files()).toEqual([]);
  });

  it('that is never completed is aborted at a start after the number of days set for the bucket', async () => {
    const { part, local, client, about, files } = await upload(
      {},
      { bucket: { abortIncompleteMultipartUploadDays: 0 } },
    );
    await part(1, randomBytes(10));
    const start = async () => {
      await local.recover();
      return files();
    };
    await expect.poll(start).toEqual([]);
    await expect(client.send(new ListPartsCommand(about))).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });

  it('is listed with its parts', async () => {
    const { part, client, about, get } = await upload();
    for (const number of [1, 2, 3]) await part(number, randomBytes(number));
    const first = await client.send(new ListPartsCommand({ ...about, MaxParts: 2 }));
    expect(first).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '2' });
    const rest = await client.send(new ListPartsCommand({ ...about, PartNumberMarker: first.NextPartNumberMarker }));
    expect([...(first.Parts ?? []), ...(rest.Parts ?? [])].map(({ Size }) => Size)).toEqual([1, 2, 3]);
    await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'z & z' }));
    const one = await client.send(new ListMultipartUploadsCommand({ Bucket, MaxUploads: 1 }));
    const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = one;
    const two = await client.send(new ListMultipartUploadsCommand({ Bucket, KeyMarker, UploadIdMarker }));
    expect([...(one.Uploads ?? []), ...(two.Uploads ?? [])].map((each) => each.Key)).toEqual([Key, 'z & z']);
    const folders = await client.send(new ListMultipartUploadsCommand({ Bucket, Delimiter: '/' }));
    expect(folders.CommonPrefixes).toEqual([{ Prefix: 'videos/' }]);
    await expect(get(Key)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('accepts copied parts, also ranges of a version', async () => {
    const { about, client, put, complete, get } = await upload();
    const bytes = randomBytes(6 * MIB);
    const { VersionId } = await put('a + b', bytes);
    await put('a + b', 'newer');
    const CopySource = `${Bucket}/a%20%2B%20b?versionId=${VersionId}`;
    const copy = async (PartNumber: number, CopySourceRange: string) => {
      const command = new UploadPartCopyCommand({ ...about, PartNumber, CopySource, CopySourceRange });
      return { PartNumber, ETag: (await client.send(command)).CopyPartResult?.ETag };
    };
    const parts = [await copy(1, `bytes=0-${5 * MIB - 1}`), await copy(2, `bytes=${5 * MIB}-${6 * MIB - 1}`)];
    await expect(copy(3, `bytes=0-${6 * MIB}`)).rejects.toMatchObject({ name: 'InvalidArgument' });
    await complete(parts);
    expect((await get(Key)).bytes.equals(bytes)).toBe(true);
  });

  it.each([
    ['CRC32', 'COMPOSITE', /-2$/],
    ['CRC32', 'FULL_OBJECT', /^[^-]+$/],
    ['CRC32C', 'COMPOSITE', /-2$/],
    ['CRC64NVME', 'FULL_OBJECT', /^[^-]+$/],
    ['SHA1', 'COMPOSITE', /-2$/],
    ['SHA256', 'COMPOSITE', /-2$/],
  ] as const)('has a checksum by %s of type %s', async (ChecksumAlgorithm, ChecksumType, form) => {
    const { part, complete, client, put } = await upload({ ChecksumAlgorithm, ChecksumType });
    const bytes = [randomBytes(5 * MIB), randomBytes(10)] as const;
    const parts = [await part(1, bytes[0], { ChecksumAlgorithm }), await part(2, bytes[1], { ChecksumAlgorithm })];
    const name = `Checksum${ChecksumAlgorithm}` as const;
    await expect(complete([{ ...parts[0], [name]: parts[1]?.[name] }, parts[1] ?? {}])).rejects.toMatchObject({
      name: 'InvalidPart',
    });
    const completed = await complete(parts);
    expect(completed[name]).toMatch(form);
    const attributes = new GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: ['Checksum', 'ObjectParts'] });
    const { Checksum, ObjectParts } = await client.send(attributes);
    expect(Checksum).toMatchObject({ [name]: completed[name], ChecksumType });
    expect(ObjectParts).toMatchObject({ TotalPartsCount: 2, Parts: [{ Size: 5 * MIB }, { Size: 10 }] });
    if (ChecksumType === 'COMPOSITE') return;
    const whole = await put('whole', Buffer.concat(bytes), { ChecksumAlgorithm });
    expect(completed[name]).toBe(whole[name]);
  });
});
