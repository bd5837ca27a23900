import { describe, expect, it } from 'vitest';
import {
  executionsNewestFirst,
  findUpload,
  findUploadOfMedia,
  newestUploads,
  type UploadPorts,
} from '../../../infra/operations/uploads.ts';
import { type ListedExecution, listing } from '../../harness/listed-executions.ts';

/** Creates uploads from `upload-0`, the oldest, upwards. Their media ids are `0` and upwards. */
const uploads = (count: number): ListedExecution[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `upload-${index}`,
    startedAt: index,
    status: 'SUCCEEDED',
    data: JSON.stringify({ upload: { uploadId: `upload-${index}`, mediaId: String(index) } }),
  }));

const newestFirst = (count: number) => uploads(count).reverse();

const namesOf = async (limit: number, ports: UploadPorts) =>
  (await Array.fromAsync(executionsNewestFirst(limit, ports))).map(({ name }) => name);

describe('executionsNewestFirst', () => {
  it.each([
    ['newest first, as AWS does', newestFirst],
    ['oldest first, as some emulators do', uploads],
  ])('lists the newest executions of several pages when the service lists them %s', async (_, listed) => {
    const { ports } = listing(() => listed(2500));
    const names = await namesOf(1200, ports);
    expect(names).toEqual(
      newestFirst(2500)
        .slice(0, 1200)
        .map(({ name }) => name),
    );
  });

  it('requests no page that the caller does not read', async () => {
    const { ports, asked } = listing(() => newestFirst(2500));
    for await (const { name } of executionsNewestFirst(2500, ports)) if (name === 'upload-2000') break;
    expect(asked.lists).toBe(1);
  });

  it('lists nothing when there are no executions', async () => {
    expect(await namesOf(10, listing(() => []).ports)).toEqual([]);
  });
});

describe('newestUploads', () => {
  it('describes the uploads from newest to oldest, ten at a time', async () => {
    const { ports, asked } = listing(() => newestFirst(300));
    const found = await Array.fromAsync(newestUploads(250, ports));
    expect(found.map(({ upload }) => upload.uploadId)).toEqual(
      newestFirst(300)
        .slice(0, 250)
        .map(({ name }) => name),
    );
    expect(asked.mostAtOnce).toBe(10);
    expect(asked.described).toHaveLength(250);
  });

  it('skips executions that were started by hand with another input', async () => {
    const byHand: ListedExecution = { name: 'by-hand', startedAt: 9, status: 'FAILED', data: '{}' };
    const { ports } = listing(() => [byHand, ...newestFirst(2)]);
    expect(await Array.fromAsync(newestUploads(10, ports))).toHaveLength(2);
    expect(await findUpload('by-hand', ports)).toBeUndefined();
  });
});

describe('findUploadOfMedia', () => {
  it('stops soon after it has found the media', async () => {
    const { ports, asked } = listing(() => newestFirst(1000));
    expect(await findUploadOfMedia('985', 1000, ports)).toMatchObject({ upload: { uploadId: 'upload-985' } });
    // Newer uploads without a match, then the match; up to ten more descriptions may be in progress.
    expect(asked.described.length).toBeLessThanOrEqual(15 + 1 + 10);
    expect(await findUploadOfMedia('none', 1000, ports)).toBeUndefined();
  });
});
