import { describe, expect, it } from 'vitest';
import { extentOf, SHOWN, shownRows } from '../../../../../infra/local/console/shared/shown-rows.ts';
import type { UploadRow } from '../../../../../infra/local/console/shared/wire.ts';

const row = (state: UploadRow['state'], second: number): UploadRow => ({
  uploadId: `${state}-${second}`,
  key: 'clip.mp4',
  sizeBytes: 1,
  polls: 0,
  state,
  timeline: { droppedAt: new Date(Date.UTC(2026, 2, 1, 9, 0, second)).toISOString() },
});
const rows = (state: UploadRow['state'], count: number) => Array.from({ length: count }, (_, at) => row(state, at));

describe('the rows that are shown', () => {
  it('are all uploads under way and the newest ended uploads, newest first', () => {
    const shown = shownRows([...rows('failed', SHOWN.ended + 5), row('waiting', 2)]);
    expect(shown).toHaveLength(SHOWN.ended + 1);
    expect(shown.map(({ timeline }) => timeline.droppedAt)).toEqual(
      shown.map(({ timeline }) => timeline.droppedAt).sort((a, b) => b.localeCompare(a)),
    );
    expect(shown.at(-1)).toMatchObject({ state: 'waiting' });
    expect(shown.at(-2)).toMatchObject({ uploadId: 'failed-5' });
  });

  it('state their share of all uploads only if some are not shown', () => {
    const some = [...rows('succeeded', SHOWN.ended), row('waiting', 2)];
    expect(extentOf(some, { underWay: 1, succeeded: SHOWN.ended, failed: 0 })).toBe('');
    expect(extentOf(some, { underWay: 1, succeeded: 5000, failed: 321 })).toBe(
      'the newest 1,000 of 5,321 that have ended',
    );
    const many = [...rows('waiting', SHOWN.underWay), ...rows('succeeded', SHOWN.ended)];
    expect(extentOf(many, { underWay: 12_000, succeeded: 1001, failed: 0 })).toBe(
      'the newest 10,000 of 12,000 under way and the newest 1,000 of 1,001 that have ended',
    );
  });
});
