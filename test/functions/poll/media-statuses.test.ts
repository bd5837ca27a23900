import { describe, expect, it } from 'vitest';
import { MediaStatuses } from '../../../functions/poll/media-statuses.ts';
import type { MediaStatus } from '../../../shared/pinterest/media.ts';
import { PinterestError } from '../../../shared/pinterest/pinterest-error.ts';

/** A fake Pinterest that lists the newest media first. `asked` records the requests. */
function pinterestOf(statuses: Record<string, MediaStatus>) {
  const asked: string[] = [];
  let seconds = 0;
  let listFault: Error | undefined;
  let getFault: Error | undefined;
  let bookmarksRefused = false;
  const registered = Object.keys(statuses);
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
      // A bookmark is a position in the list: the number of media that follow it.
      const left = bookmark === '0' ? registered.length : Number(bookmark);
      const begin = Math.max(0, left - pageSize);
      const items = registered.slice(begin, left).toReversed().map(media);
      return begin > 0 ? { items, bookmark: String(begin) } : { items };
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
    register: (...ids: string[]) => {
      for (const id of ids) statuses[id] = 'processing';
      registered.push(...ids);
    },
    async status(mediaId: string, elapsedSeconds = 20, final = false, first = true) {
      asked.length = 0;
      return { ...(await all.statusOf(mediaId, { elapsedSeconds, final, first })), asked: [...asked] };
    },
  };
}

const processing = (...ids: string[]) => Object.fromEntries(ids.map((id) => [id, 'processing' as MediaStatus]));

const ids = (count: number, name: string) => Array.from({ length: count }, (_, each) => `${name}${each}`);

/** A fake Pinterest that has just been asked about the upload `a`. */
async function busy(more: Record<string, MediaStatus> = {}) {
  const pinterest = pinterestOf({ ...more, ...processing('a', 'b', 'c') });
  await pinterest.status('a');
  return pinterest;
}

const fault = (operation: 'media_get' | 'media_list', status: number, retryAfterSeconds?: number) =>
  new PinterestError(String(status), { operation, status, retryAfterSeconds });

describe('MediaStatuses', () => {
  it('uses media_get for each question while there is only one upload', async () => {
    const pinterest = pinterestOf(processing('a'));
    for (let time = 0; time < 3; time++) {
      expect(await pinterest.status('a')).toEqual({ status: 'processing', ageSeconds: 0, asked: ['get a'] });
      pinterest.wait(7);
    }
  });

  it('answers for many uploads with one list request, for some seconds', async () => {
    const pinterest = await busy();
    expect(await pinterest.status('b')).toEqual({ status: 'processing', ageSeconds: 0, asked: ['list from 0'] });
    pinterest.wait(4);
    for (const id of ['a', 'b', 'c']) {
      expect(await pinterest.status(id)).toEqual({ status: 'processing', ageSeconds: 4, asked: [] });
    }
    pinterest.wait(2);
    expect((await pinterest.status('a')).asked).not.toEqual([]);
  });

  it('accepts an older answer when the upload was longer ago', async () => {
    const pinterest = await busy();
    await pinterest.status('b');
    pinterest.wait(30);
    expect((await pinterest.status('c', 200)).asked).toEqual([]);
    expect((await pinterest.status('a', 20)).asked).toEqual(['get a']);
  });

  it('keeps a final status that a list returned, however old it is', async () => {
    const pinterest = await busy({ done: 'succeeded', broken: 'failed' });
    await pinterest.status('b');
    pinterest.wait(3600);
    expect(await pinterest.status('done')).toEqual({ status: 'succeeded', ageSeconds: 3600, asked: [] });
    expect(await pinterest.status('broken')).toEqual({ status: 'failed', ageSeconds: 3600, asked: [] });
  });

  it('lists pages until it finds the media, three pages at most', async () => {
    const pinterest = await busy({
      ...processing('deeper', ...ids(250, 'n'), 'deep', ...ids(500, 'm')),
    });
    expect((await pinterest.status('deep')).asked).toEqual(['list from 0', 'list from 505', 'list from 255']);
    pinterest.wait(100);
    await pinterest.status('a');
    pinterest.register(...ids(100, 'new'));
    // The bookmark of its page is known. Media that were registered since then do not move that page.
    expect((await pinterest.status('deep')).asked).toEqual(['list from 255']);
    expect((await pinterest.status('deeper')).asked).toEqual([
      'list from 0',
      'list from 605',
      'list from 355',
      'get deeper',
    ]);
  });

  it('uses media_get for an upload that is not new and that no list has returned', async () => {
    const pinterest = await busy();
    expect((await pinterest.status('b', 20, false, false)).asked).toEqual(['get b']);
    // The list that is requested for `c` also contains `b`.
    expect((await pinterest.status('c')).asked).toEqual(['list from 0']);
    pinterest.wait(6);
    await pinterest.status('a');
    expect((await pinterest.status('b', 20, false, false)).asked).toEqual(['list from 0']);
  });

  it('uses no list for eight questions after a list did not contain the media', async () => {
    const pinterest = pinterestOf({ ...processing(...ids(20, 'm')), ...processing(...ids(750, 'others')) });
    let requests = 0;
    for (let round = 0; round < 9; round++) {
      for (let each = 0; each < 20; each++) {
        pinterest.wait(1);
        requests += (await pinterest.status(`m${each}`)).asked.length;
      }
    }
    // 180 questions: one media_get for each, and three list pages for every nine of them.
    expect(requests).toBeLessThanOrEqual(180 * (4 / 3));
    expect(requests).toBeGreaterThan(180 * 1.2);
  });

  it('uses media_get when the answer may end the upload', async () => {
    const pinterest = await busy();
    await pinterest.status('b');
    pinterest.statuses['a'] = 'succeeded';
    expect(await pinterest.status('a', 3600, true)).toEqual({ status: 'succeeded', ageSeconds: 0, asked: ['get a'] });
  });

  it('uses no list for eight questions after a list request fails', async () => {
    const pinterest = await busy();
    pinterest.failLists(fault('media_list', 500));
    expect((await pinterest.status('b')).asked).toEqual(['list from 0', 'get b']);
    pinterest.failLists(undefined);
    for (let question = 0; question < 8; question++) expect((await pinterest.status('c')).asked).toEqual(['get c']);
    expect((await pinterest.status('c')).asked).toEqual(['list from 0']);
    expect(pinterest.failures).toHaveLength(1);
  });

  it.each([429, 401])('sends no further request after a list request fails with %i', async (status) => {
    const pinterest = await busy();
    pinterest.failLists(fault('media_list', status));
    await expect(pinterest.status('b')).rejects.toMatchObject({ status });
    expect(pinterest.asked).toEqual(['list from 0']);
  });

  it('starts again from the first page after a bookmark has expired', async () => {
    const pinterest = await busy(processing('deep', ...ids(300, 'm')));
    expect((await pinterest.status('deep')).asked).toEqual(['list from 0', 'list from 54']);
    pinterest.wait(60);
    await pinterest.status('a');
    pinterest.refuseBookmarks(true);
    expect((await pinterest.status('deep')).asked).toEqual(['list from 54', 'get deep']);
    pinterest.refuseBookmarks(false);
    pinterest.wait(60);
    for (let question = 0; question < 10; question++) await pinterest.status('a');
    pinterest.wait(60);
    await pinterest.status('a');
    expect((await pinterest.status('deep')).asked).toEqual(['list from 0', 'list from 54']);
  });

  it('sends no request while Pinterest asks it to wait, but returns known statuses', async () => {
    const pinterest = await busy();
    await pinterest.status('b');
    pinterest.failGets(fault('media_get', 429, 40));
    await expect(pinterest.status('c', 20, true)).rejects.toMatchObject({ status: 429, retryAfterSeconds: 40 });
    expect(await pinterest.status('a')).toMatchObject({ status: 'processing', asked: [] });
    pinterest.wait(30);
    pinterest.failGets(undefined);
    await expect(pinterest.status('a')).rejects.toMatchObject({ status: 429, retryAfterSeconds: 10 });
    expect(pinterest.asked).toEqual([]);
    pinterest.wait(10);
    expect((await pinterest.status('a')).asked).toEqual(['get a']);
  });

  it('sends a request even while Pinterest asks it to wait when the answer may end the upload', async () => {
    const pinterest = await busy();
    pinterest.failGets(fault('media_get', 429, 40));
    await expect(pinterest.status('a', 20, true)).rejects.toMatchObject({ status: 429 });
    pinterest.failGets(undefined);
    expect(await pinterest.status('b', 20, true)).toMatchObject({ status: 'processing', asked: ['get b'] });
  });

  it('limits the number of statuses that it keeps', async () => {
    const pinterest = await busy();
    for (let round = 0; round < 60; round++) {
      const page = ids(250, `round-${round}-`);
      pinterest.register(...page);
      for (const id of page) pinterest.statuses[id] = 'succeeded';
      pinterest.wait(1);
      expect((await pinterest.status(`round-${round}-0`)).asked).toEqual(['list from 0']);
    }
    expect((await pinterest.status('round-59-100')).asked).toEqual([]);
    // A known final status needs no request. This request shows that the status was dropped.
    expect((await pinterest.status('round-0-100')).asked).not.toEqual([]);
  });
});
