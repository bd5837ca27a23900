import { describe, expect, it } from 'vitest';
import {
  executionsNewestFirst,
  findUpload,
  findUploadOfMedia,
  newestUploads,
  type UploadPorts,
} from '../../../infra/operations/uploads.ts';
import { type ListedExecution, listing } from '../../harness/listed-executions.ts';

/** Uploads `upload-0`, the oldest, and so on, of the media `0` and so on. */
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
  ])('lists the newest of several pages, of a service that lists them %s', async (_, listed) => {
    const { ports } = listing(() => listed(2500));
    const names = await namesOf(1200, ports);
    expect(names).toEqual(
      newestFirst(2500)
        .slice(0, 1200)
        .map(({ name }) => name),
    );
  });

  it('asks for no page that nobody looks at', async () => {
    const { ports, asked } = listing(() => newestFirst(2500));
    for await (const { name } of executionsNewestFirst(2500, ports)) if (name === 'upload-2000') break;
    expect(asked.lists).toBe(1);
  });

  it('lists nothing where there is nothing', async () => {
    expect(await namesOf(10, listing(() => []).ports)).toEqual([]);
  });
});

describe('newestUploads', () => {
  it('describes them in their order, ten at a time', async () => {
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

  it('leaves out executions that were started by hand with something else', async () => {
    const byHand: ListedExecution = { name: 'by-hand', startedAt: 9, status: 'FAILED', data: '{}' };
    const { ports } = listing(() => [byHand, ...newestFirst(2)]);
    expect(await Array.fromAsync(newestUploads(10, ports))).toHaveLength(2);
    expect(await findUpload('by-hand', ports)).toBeUndefined();
  });
});

describe('findUploadOfMedia', () => {
  it('stops as soon as it has found the media', async () => {
    const { ports, asked } = listing(() => newestFirst(1000));
    expect(await findUploadOfMedia('985', 1000, ports)).toMatchObject({ upload: { uploadId: 'upload-985' } });
    // Fifteen are older than the newest and looked at in vain; ten more may be under way.
    expect(asked.described.length).toBeLessThanOrEqual(15 + 1 + 10);
    expect(await findUploadOfMedia('none', 1000, ports)).toBeUndefined();
  });
});
