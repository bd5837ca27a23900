import { describe, expect, it } from 'vitest';
import { MediaStatuses } from '../../../functions/poll/media-statuses.ts';
import type { MediaStatus } from '../../../shared/pinterest/media.ts';
import { PinterestError } from '../../../shared/pinterest/pinterest-error.ts';

/** A Pinterest whose list begins with what was registered last, and what it is asked. */
function pinterestOf(statuses: Record<string, MediaStatus>) {
  const asked: string[] = [];
  let seconds = 0;
  let listFault: Error | undefined;
  const order = Object.keys(statuses).toReversed();
  const media = (mediaId: string) => ({ mediaId, status: statuses[mediaId] as MediaStatus });
  const pinterest = {
    async mediaGet(mediaId: string) {
      asked.push(`get ${mediaId}`);
      return media(mediaId);
    },
    async mediaList({ pageSize = 25, bookmark = '0' } = {}) {
      asked.push(`list from ${bookmark}`);
      if (listFault) throw listFault;
      const end = Number(bookmark) + pageSize;
      const items = order.slice(Number(bookmark), end).map(media);
      return end < order.length ? { items, bookmark: String(end) } : { items };
    },
  };
  const failures: unknown[] = [];
  const all = new MediaStatuses({
    pinterest,
    now: () => seconds * 1000,
    onListFailure: (error) => failures.push(error),
  });
  return {
    asked,
    statuses,
    failures,
    wait: (more: number) => {
      seconds += more;
    },
    failLists: (error: Error | undefined) => {
      listFault = error;
    },
    async status(mediaId: string, elapsedSeconds = 20, certain = false) {
      asked.length = 0;
      return { ...(await all.statusOf(mediaId, { elapsedSeconds, certain })), asked: [...asked] };
    },
  };
}

const processing = (...ids: string[]) => Object.fromEntries(ids.map((id) => [id, 'processing' as MediaStatus]));

/** Four uploads under way, each asked about once. */
async function busy(more: Record<string, MediaStatus> = {}) {
  const pinterest = pinterestOf({ ...more, ...processing('a', 'b', 'c', 'd') });
  for (const id of ['a', 'b', 'c']) await pinterest.status(id);
  return pinterest;
}

describe('MediaStatuses', () => {
  it('asks about an upload alone by itself, each time', async () => {
    const pinterest = pinterestOf(processing('a'));
    for (let time = 0; time < 3; time++) {
      expect(await pinterest.status('a')).toEqual({ status: 'processing', shared: false, asked: ['get a'] });
    }
  });

  it('lists many with one request, which answers for all of them for some seconds', async () => {
    const pinterest = await busy();
    expect(await pinterest.status('d')).toEqual({ status: 'processing', shared: true, asked: ['list from 0'] });
    pinterest.wait(5);
    for (const id of ['a', 'b', 'c', 'd']) {
      expect(await pinterest.status(id)).toEqual({ status: 'processing', shared: true, asked: [] });
    }
    pinterest.wait(2);
    expect((await pinterest.status('a')).asked).toEqual(['list from 0']);
  });

  it('lets an answer be the older, the longer ago the upload was', async () => {
    const pinterest = await busy();
    await pinterest.status('d');
    pinterest.wait(20);
    expect((await pinterest.status('b', 200)).asked).toEqual([]);
    expect((await pinterest.status('a', 20)).asked).toEqual(['list from 0']);
  });

  it('keeps an end that a list told of, however old it is', async () => {
    const pinterest = await busy({ done: 'succeeded', broken: 'failed' });
    await pinterest.status('d');
    pinterest.wait(3600);
    expect(await pinterest.status('done')).toEqual({ status: 'succeeded', shared: true, asked: [] });
    expect(await pinterest.status('broken')).toEqual({ status: 'failed', shared: true, asked: [] });
  });

  it('asks about one that the list lacks by itself', async () => {
    const pinterest = await busy();
    pinterest.statuses['hidden'] = 'succeeded';
    expect(await pinterest.status('hidden')).toMatchObject({
      status: 'succeeded',
      shared: false,
      asked: ['list from 0', 'get hidden'],
    });
  });

  it('turns pages for as long as they have uploads that are under way', async () => {
    const old = Object.fromEntries(
      Array.from({ length: 600 }, (_, each) => [`old-${each}`, 'succeeded' as MediaStatus]),
    );
    const pinterest = await busy({ ...processing('deep'), ...old });
    // The second page would have it no more than the third: nothing on the first speaks for turning on.
    expect((await pinterest.status('deep')).asked).toEqual(['list from 0', 'get deep']);
    const many = pinterestOf({
      ...processing('deep'),
      ...processing(...Array.from({ length: 300 }, (_, each) => `m${each}`)),
    });
    for (let each = 0; each < 300; each++) await many.status(`m${each}`);
    many.wait(60);
    expect((await many.status('deep')).asked).toEqual(['list from 0', 'list from 250']);
  });

  it('asks by itself, now, where the answer is final', async () => {
    const pinterest = await busy();
    await pinterest.status('d');
    pinterest.statuses['a'] = 'succeeded';
    expect(await pinterest.status('a', 3600, true)).toEqual({ status: 'succeeded', shared: false, asked: ['get a'] });
  });

  it('does without the list for a while when that fails', async () => {
    const pinterest = await busy();
    pinterest.failLists(new PinterestError('500', { operation: 'media_list', status: 500 }));
    expect((await pinterest.status('d')).asked).toEqual(['list from 0', 'get d']);
    pinterest.failLists(undefined);
    expect((await pinterest.status('d')).asked).toEqual(['get d']);
    expect(pinterest.failures).toHaveLength(1);
    pinterest.wait(301);
    expect((await pinterest.status('d')).asked).toEqual(['list from 0']);
  });

  it.each([429, 401])('does not ask again where a list was answered %i', async (status) => {
    const pinterest = await busy();
    pinterest.failLists(new PinterestError(String(status), { operation: 'media_list', status }));
    await expect(pinterest.status('d')).rejects.toMatchObject({ status });
    expect(pinterest.asked).toEqual(['list from 0']);
  });

  it('is alone again when the others have ended', async () => {
    const pinterest = await busy();
    for (const id of ['a', 'b', 'c']) {
      pinterest.statuses[id] = 'succeeded';
      await pinterest.status(id, 3600, true);
    }
    expect((await pinterest.status('d')).asked).toEqual(['get d']);
  });
});
