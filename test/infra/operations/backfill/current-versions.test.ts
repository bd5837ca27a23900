import type { ListObjectVersionsCommand, ListObjectVersionsCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { currentVersions } from '../../../../infra/operations/backfill/current-versions.ts';

const lastModified = new Date('2026-03-01T09:00:00Z');

/** Answers one page after the other, and keeps the requests. */
function s3With(...pages: Partial<ListObjectVersionsCommandOutput>[]) {
  const requests: ListObjectVersionsCommand['input'][] = [];
  const send = async ({ input }: ListObjectVersionsCommand) => {
    requests.push(input);
    return pages[requests.length - 1];
  };
  return { s3: { send } as unknown as S3Client, requests };
}

const version = (Key: string, more: object = {}) => ({
  Key,
  VersionId: 'v1',
  IsLatest: true,
  ETag: '"abc"',
  Size: 7,
  LastModified: lastModified,
  ...more,
});

const listed = async (s3: S3Client) =>
  (await Array.fromAsync(currentVersions({ bucket: 'b', prefix: 'p/' }, s3))).flat();

describe('currentVersions', () => {
  it('follows the pages, and leaves out older versions and delete markers', async () => {
    const { s3, requests } = s3With(
      {
        EncodingType: 'url',
        Versions: [version('p/a+b%2B%C3%BC.mp4'), version('p/old.mp4', { IsLatest: false, VersionId: 'v0' })],
        IsTruncated: true,
        NextKeyMarker: 'p/old+%251.mp4',
        NextVersionIdMarker: 'v0',
      },
      {
        EncodingType: 'url',
        DeleteMarkers: [{ Key: 'p/gone.mp4', VersionId: 'v9', IsLatest: true }],
        Versions: [version('p/z.mp4', { VersionId: 'null' })],
        IsTruncated: false,
      },
    );
    expect(await listed(s3)).toEqual([
      { bucket: 'b', key: 'p/a b+ü.mp4', versionId: 'v1', eTag: 'abc', size: 7, lastModified, archived: false },
      { bucket: 'b', key: 'p/z.mp4', versionId: undefined, eTag: 'abc', size: 7, lastModified, archived: false },
    ]);
    expect(requests).toMatchObject([
      { Bucket: 'b', Prefix: 'p/', EncodingType: 'url' },
      { Bucket: 'b', Prefix: 'p/', KeyMarker: 'p/old %1.mp4', VersionIdMarker: 'v0' },
    ]);
  });

  it('does not decode the keys of a store that ignores the encoding', async () => {
    const { s3 } = s3With({ Versions: [version('p/a+b%20.mp4')] });
    expect((await listed(s3)).map(({ key }) => key)).toEqual(['p/a+b%20.mp4']);
  });

  it.each([
    [{ StorageClass: 'GLACIER' }, true],
    [{ StorageClass: 'DEEP_ARCHIVE', RestoreStatus: { IsRestoreInProgress: true } }, true],
    [{ StorageClass: 'DEEP_ARCHIVE', RestoreStatus: { RestoreExpiryDate: lastModified } }, false],
    [{ StorageClass: 'GLACIER_IR' }, false],
    [{ StorageClass: 'STANDARD' }, false],
    [{}, false],
  ])('knows whether S3 hands out the bytes: %j', async (more, archived) => {
    const { s3 } = s3With({ Versions: [version('p/a.mp4', more)] });
    expect(await listed(s3)).toMatchObject([{ archived }]);
  });
});
