import { describe, expect, it } from 'vitest';
import { MediaStatuses } from '../../../functions/poll/media-statuses.ts';
import type { MediaStatus } from '../../../shared/pinterest/media.ts';
import { PinterestError } from '../../../shared/pinterest/pinterest-error.ts';

/** A Pinterest whose list begins with what was registered last, and what it is asked. */
function pinterestOf(statuses: Record<string, MediaStatus>) {
  const asked: string[] = [];
  let seconds = 0;
  let listFault: Error | undefined;
  let getFault: Error | undefined;
  let bookmarksRefused = false;
  const order = Object.keys(statuses).toReversed();
  const media = (mediaId: string) => ({ mediaId, status: statuses[mediaId] as MediaStatus });
  const pinterest = {
    async mediaGet(mediaId: string) {
      asked.push(`get ${mediaId}`);
      if (getFault) throw getFault;
      return media(mediaId);
    },
    async mediaList({ pageSize = 25, bookmark = '0' } = {}) {
      asked.push(`list from ${bookmark}`);
      if (listFault) throw listFault;
      if (bookmarksRefused && bookmark !== '0') {
        throw new PinterestError('400', { operation: 'media_list', status: 400 });
      }
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
    failGets: (error: Error | undefined) => {
      getFault = error;
    },
    refuseBookmarks: (refused: boolean) => {
      bookmarksRefused = refused;
    },
    async status(mediaId: string, elapsedSeconds = 20, certain = false) {
      asked.length = 0;
      return { ...(await all.statusOf(mediaId, { elapsedSeconds, certain })), asked: [...asked] };
    },
  };
}

const processing = (...ids: string[]) => Object.fromEntries(ids.map((id) => [id, 'processing' as MediaStatus]));

/** Two uploads under way, each asked about once; a third makes three. */
async function busy(more: Record<string, MediaStatus> = {}) {
  const pinterest = pinterestOf({ ...more, ...processing('a', 'b', 'd') });
  for (const id of ['a', 'b']) await pinterest.status(id);
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
    pinterest.wait(7);
    for (const id of ['a', 'b', 'd']) {
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

  it('asks for the page that a media was on the last time, and for the next', async () => {
    const ids = Array.from({ length: 300 }, (_, each) => `m${each}`);
    const pinterest = pinterestOf(processing('deep', ...ids));
    for (const id of ids) await pinterest.status(id);
    pinterest.wait(60);
    expect((await pinterest.status('deep')).asked).toEqual(['list from 0', 'list from 250']);
    pinterest.wait(60);
    expect((await pinterest.status('deep')).asked).toEqual(['list from 250']);
  });

  it('does not look for one in the list again that it did not have', async () => {
    const pinterest = await busy();
    pinterest.statuses['hidden'] = 'processing';
    expect((await pinterest.status('hidden')).asked).toEqual(['list from 0', 'get hidden']);
    pinterest.wait(60);
    expect((await pinterest.status('hidden')).asked).toEqual(['get hidden']);
    expect((await pinterest.status('d')).asked).toEqual(['list from 0']);
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

  it('begins anew where bookmarks are not good any more, once', async () => {
    const ids = Array.from({ length: 300 }, (_, each) => `m${each}`);
    const pinterest = pinterestOf(processing('deep', ...ids));
    for (const id of ids) await pinterest.status(id);
    pinterest.wait(60);
    await pinterest.status('deep');
    pinterest.wait(60);
    pinterest.refuseBookmarks(true);
    // The first page does not have it, and that another is refused is the list's fault.
    expect((await pinterest.status('deep')).asked).toEqual([
      'list from 250',
      'list from 0',
      'list from 250',
      'get deep',
    ]);
    pinterest.refuseBookmarks(false);
    pinterest.wait(301);
    expect((await pinterest.status('deep')).asked).toEqual(['list from 0', 'list from 250']);
    expect(pinterest.failures).toHaveLength(1);
  });

  it('lists again after media that could not be asked about', async () => {
    const pinterest = await busy();
    pinterest.failGets(new PinterestError('404', { operation: 'media_get', status: 404 }));
    for (const id of ['x', 'y', 'z', 'w']) {
      pinterest.wait(60);
      await pinterest.status(id).catch(() => {});
      for (const known of ['a', 'b', 'd']) await pinterest.status(known);
    }
    pinterest.failGets(undefined);
    pinterest.wait(16 * 60);
    for (const id of ['a', 'b']) await pinterest.status(id);
    expect((await pinterest.status('d')).asked).toEqual(['list from 0']);
  });

  it('does without lists that begin with what nobody asks about, for longer each time', async () => {
    const others = Object.fromEntries(Array.from({ length: 250 }, (_, each) => [`o${each}`, 'processing' as const]));
    const pinterest = pinterestOf({ ...processing(...Array.from({ length: 40 }, (_, each) => `m${each}`)), ...others });
    let lists = 0;
    for (let each = 0; each < 40; each++) {
      pinterest.wait(30);
      lists += (await pinterest.status(`m${each}`)).asked.filter((request) => request.startsWith('list')).length;
    }
    expect(lists).toBeLessThan(12);
    expect(lists).toBeGreaterThan(3);
  });

  it('asks nothing while Pinterest asks to wait, but tells what it knows', async () => {
    const pinterest = await busy();
    await pinterest.status('d');
    pinterest.failGets(new PinterestError('429', { operation: 'media_get', status: 429, retryAfterSeconds: 40 }));
    await expect(pinterest.status('d', 20, true)).rejects.toMatchObject({ status: 429, retryAfterSeconds: 40 });
    expect(await pinterest.status('a')).toMatchObject({ status: 'processing', asked: [] });
    pinterest.wait(30);
    pinterest.failGets(undefined);
    await expect(pinterest.status('a')).rejects.toMatchObject({ status: 429, retryAfterSeconds: 10 });
    expect(pinterest.asked).toEqual([]);
    pinterest.wait(10);
    expect((await pinterest.status('a')).asked).toEqual(['list from 0']);
  });

  it('is alone again when the others have ended', async () => {
    const pinterest = await busy();
    for (const id of ['a', 'b']) {
      pinterest.statuses[id] = 'succeeded';
      await pinterest.status(id, 3600, true);
    }
    expect((await pinterest.status('d')).asked).toEqual(['get d']);
  });
});
