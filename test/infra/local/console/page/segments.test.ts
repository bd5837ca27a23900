import { describe, expect, it } from 'vitest';
import { barLength, segmentsOf } from '../../../../../infra/local/console/page/segments.ts';
import type { UploadRow } from '../../../../../infra/local/console/shared/wire.ts';

const droppedAt = '2026-03-01T09:00:00.000Z';
const registeredAt = '2026-03-01T09:00:01.500Z';
const uploadedAt = '2026-03-01T09:00:11.500Z';
const completedAt = '2026-03-01T09:00:31.500Z';

const segments = (state: UploadRow['state'], timeline: UploadRow['timeline']) =>
  segmentsOf({ uploadId: 'u', key: 'k', sizeBytes: 1, polls: 0, state, timeline }).map(
    ({ name, milliseconds, open }) => [name, open ? 'open' : milliseconds],
  );

describe('the parts of an upload’s time', () => {
  it('have the durations of their phases', () => {
    expect(segments('succeeded', { droppedAt, registeredAt, uploadedAt, completedAt })).toEqual([
      ['queued', 1500],
      ['uploading', 10_000],
      ['processing', 20_000],
    ]);
  });

  it('stay open until their phase has ended', () => {
    expect(segments('uploading', { droppedAt, registeredAt })).toEqual([
      ['queued', 1500],
      ['uploading', 'open'],
    ]);
  });

  it('end with the upload, in whichever phase it failed', () => {
    expect(segments('failed', { droppedAt, completedAt: registeredAt })).toEqual([['queued', 1500]]);
    expect(segments('failed', { droppedAt, registeredAt, completedAt: uploadedAt })).toEqual([
      ['queued', 1500],
      ['uploading', 10_000],
    ]);
  });

  it('make a bar that grows with the order of magnitude, and is never empty', () => {
    const lengths = [0, 100, 1_000, 10_000, 100_000, 600_000].map(barLength);
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
    expect(lengths[0]).toBeGreaterThan(0);
    expect(barLength(1e12)).toBe(1);
  });
});
