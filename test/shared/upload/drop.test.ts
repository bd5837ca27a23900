import { describe, expect, it } from 'vitest';
import { dropsOf, NotAnS3NotificationError } from '../../../shared/upload/drop.ts';

const record = (object: Record<string, unknown> = {}, more: Record<string, unknown> = {}) => ({
  eventSource: 'aws:s3',
  eventName: 'ObjectCreated:Put',
  eventTime: '2026-03-01T09:00:00.000Z',
  s3: {
    bucket: { name: 'videos' },
    object: { key: 'clip.mp4', size: 7, eTag: 'abc', versionId: 'v1', sequencer: '01', ...object },
  },
  ...more,
});
const dropsIn = (...records: unknown[]) => dropsOf(JSON.stringify({ Records: records }));
const one = (...args: Parameters<typeof record>) => {
  const [drop] = dropsIn(record(...args));
  if (!drop) throw new Error('no drop');
  return drop;
};

describe('dropsOf', () => {
  it.each([
    ['a+folder/a%2Bb+c+%C3%A9.mp4', 'a folder/a+b c é.mp4'],
    ['100%25.mp4', '100%.mp4'],
    ['%E6%97%A5%E6%9C%AC.mp4', '日本.mp4'],
  ])('decodes the key %s', (encoded, key) => {
    expect(one({ key: encoded }).key).toBe(key);
  });

  it('tells every record of a notification apart', () => {
    const drops = dropsIn(record(), record({ key: 'other.mp4' }), record({ versionId: 'v2' }));
    expect(new Set(drops.map((drop) => drop.uploadId)).size).toBe(3);
  });

  it('gives duplicates of one event one upload id, whatever else they say', () => {
    expect(one({ sequencer: '99' }, { eventTime: '2026-03-01T09:05:00.000Z' }).uploadId).toBe(one().uploadId);
  });

  it('tells two puts of the same bytes apart where there are no versions', () => {
    const unversioned = { versionId: undefined };
    expect(one({ ...unversioned, sequencer: '02' }).uploadId).not.toBe(
      one({ ...unversioned, sequencer: '01' }).uploadId,
    );
    expect(one({ ...unversioned, sequencer: '01' }).uploadId).toBe(
      one({ versionId: 'null', sequencer: '01' }).uploadId,
    );
  });

  it('gives a retry an upload id of its own', () => {
    expect(one({}, { pindropAttempt: '2' }).uploadId).not.toBe(one().uploadId);
  });

  it('makes upload ids that Step Functions takes as names', () => {
    for (const key of ['clip.mp4', '%E6%97%A5%E6%9C%AC', `${'x'.repeat(500)}.mp4`, '..%2F..%2Fetc', '%00', 'a+b%09c']) {
      expect(one({ key }).uploadId).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$/);
    }
  });

  it('ignores the test event, folder markers and removals', () => {
    expect(dropsOf('{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"videos"}')).toEqual([]);
    expect(dropsIn(record({ key: 'folder/', size: 0 }))).toEqual([]);
    expect(dropsIn(record({}, { eventName: 'ObjectRemoved:Delete' }))).toEqual([]);
  });

  it('keeps an empty file: it is a drop, and gets its answer', () => {
    expect(one({ size: 0 }).size).toBe(0);
  });

  it.each(['not json', '{}', '{"Records":[{}]}', '[]', 'null'])('refuses %s', (body) => {
    expect(() => dropsOf(body)).toThrow(NotAnS3NotificationError);
  });
});
