import { describe, expect, it } from 'vitest';
import { endedWords, situation, stateWords } from '../../../../../infra/local/console/page/row-words.ts';
import { dateAndTime } from '../../../../../infra/local/console/page/wording.ts';
import type { UploadRow } from '../../../../../infra/local/console/shared/wire.ts';

const row = (state: UploadRow['state'], more: Partial<UploadRow> = {}): UploadRow => ({
  uploadId: 'u',
  key: 'clip.mp4',
  sizeBytes: 1,
  polls: 3,
  state,
  timeline: { droppedAt: '2026-03-01T09:00:00.000Z' },
  ...more,
});
const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
/** A row whose upload has just ended, by a clock that is ahead of the page's clock. */
const uploadedNow = (more: Partial<UploadRow>) =>
  row('processing', { ...more, timeline: { droppedAt: '2026-03-01T09:00:00.000Z', uploadedAt: inAnHour } });
const failure = { reason: 'gave_up', message: 'It took too long.', retryable: true } as const;

describe('the words of a row', () => {
  it.each<[string, string, UploadRow]>([
    ['Dropped', 'In the queue', row('dropped')],
    ['Inspecting', 'Inspected before it is registered', row('taken-up')],
    ['Waiting', 'Next attempt now', row('waiting', { nextAt: 1 })],
    ['Waiting', 'Next attempt now: It broke.', row('waiting', { nextAt: 1, because: 'It broke.' })],
    ['Registered', 'Media 5: the upload starts', row('registered', { mediaId: '5' })],
    ['Uploading 62 %', 'Media 5', row('uploading', { percent: 62, mediaId: '5' })],
    ['Uploading 62 %', '', row('uploading', { percent: 62 })],
    ['Processing', 'polled 3×, next now', row('processing', { nextAt: 1 })],
    ['Processing', '0 s since the upload, polled 3×, next now', uploadedNow({ nextAt: 1 })],
    ['Processing', '0 s since the upload, not polled yet, polling', uploadedNow({ polls: 0 })],
    ['Succeeded', 'Media 5, polled 3×', row('succeeded', { mediaId: '5' })],
    [
      'Succeeded',
      'Media 5, polled 3×, published as Pin 7',
      row('succeeded', { mediaId: '5', pin: { published: true, pinId: '7' } }),
    ],
    [
      'Succeeded',
      'Media 5, polled 3×, no Pin: There is no board.',
      row('succeeded', { mediaId: '5', pin: { published: false, why: 'There is no board.' } }),
    ],
    [
      'Succeeded',
      `Media 5, polled 3×, Pin due at ${dateAndTime('2026-03-02T09:00:00.000Z')}`,
      row('succeeded', { mediaId: '5', pin: { dueAt: '2026-03-02T09:00:00.000Z' } }),
    ],
    ['Failed', 'It took too long.', row('failed', { failure })],
  ])('are %s, %s', (state, words, each) => {
    expect([stateWords(each), situation(each)]).toEqual([state, words]);
  });

  it.each<[string, UploadRow[]]>([
    ['clip.mp4 succeeded.', [row('succeeded')]],
    ['clip.mp4 failed: It took too long.', [row('failed', { failure })]],
    ['2 uploads have ended: 2 succeeded.', [row('succeeded'), row('succeeded')]],
    [
      '2 uploads have ended: 1 succeeded, 1 failed. clip.mp4 failed: It took too long.',
      [row('failed', { failure }), row('succeeded')],
    ],
  ])('announce: %s', (words, rows) => expect(endedWords(rows)).toBe(words));
});
