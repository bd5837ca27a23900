import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UploadRecord } from '../../../shared/upload/execution.ts';
import { dropsOf, readNotification, UnreadableNotificationError } from '../../../shared/upload/notification.ts';
import { unstartedMessage } from '../../../shared/upload/unstarted-upload.ts';

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
    // These keys are not valid URL encoding, so the sender did not encode them. They stay as they are.
    ['100%.mp4', '100%.mp4'],
    ['caf%E9.mp4', 'caf%E9.mp4'],
    ['sale+50%+off.mp4', 'sale+50%+off.mp4'],
    ['%E0%A4%A.mp4', '%E0%A4%A.mp4'],
  ])('decodes the key %s', (encoded, key) => {
    expect(one({ key: encoded }).key).toBe(key);
  });

  it('gives each record of a notification its own upload id', () => {
    const drops = dropsIn(record(), record({ key: 'other.mp4' }), record({ versionId: 'v2' }));
    expect(new Set(drops.map((drop) => drop.uploadId)).size).toBe(3);
  });

  it('gives duplicates of one event the same upload id, even when other fields differ', () => {
    expect(one({ sequencer: '99' }, { eventTime: '2026-03-01T09:05:00.000Z' }).uploadId).toBe(one().uploadId);
  });

  it('distinguishes two puts of the same bytes when there are no versions', () => {
    const unversioned = { versionId: undefined };
    expect(one({ ...unversioned, sequencer: '02' }).uploadId).not.toBe(
      one({ ...unversioned, sequencer: '01' }).uploadId,
    );
    expect(one({ ...unversioned, sequencer: '01' }).uploadId).toBe(
      one({ versionId: 'null', sequencer: '01' }).uploadId,
    );
  });

  it('gives a retry a new upload id', () => {
    expect(one({}, { pindropAttempt: '2' }).uploadId).not.toBe(one().uploadId);
  });

  it('makes upload ids that Step Functions accepts as execution names', () => {
    for (const key of ['clip.mp4', '%E6%97%A5%E6%9C%AC', `${'x'.repeat(500)}.mp4`, '..%2F..%2Fetc', '%00', 'a+b%09c']) {
      expect(one({ key }).uploadId).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$/);
    }
  });

  it('ignores the test event, folder markers and removals', () => {
    expect(dropsOf('{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"videos"}')).toEqual([]);
    expect(dropsIn(record({ key: 'folder/', size: 0 }))).toEqual([]);
    expect(dropsIn(record({}, { eventName: 'ObjectRemoved:Delete' }))).toEqual([]);
  });

  it('keeps an empty file as a drop: it gets a final event', () => {
    expect(one({ size: 0 }).size).toBe(0);
  });

  it.each(['not json', '{}', '{"Records":[{}]}', '{"Records":[]}', '[]', 'null', '7'])('refuses %s', (body) => {
    expect(() => dropsOf(body)).toThrow(UnreadableNotificationError);
  });
});

const eventBridge = (object: Record<string, unknown> = {}, type = 'Object Created') => ({
  version: '0',
  id: 'i',
  'detail-type': type,
  source: 'aws.s3',
  time: '2026-03-01T09:00:00Z',
  detail: {
    version: '0',
    bucket: { name: 'videos' },
    object: { key: 'clip.mp4', size: 7, etag: 'abc', 'version-id': 'v1', sequencer: '01', ...object },
    reason: 'PutObject',
  },
});
const sns = (message: unknown) => ({
  Type: 'Notification',
  MessageId: 'm',
  TopicArn: 'arn:aws:sns:us-east-1:1:t',
  Message: JSON.stringify(message),
});
const read = (message: unknown) => readNotification(JSON.stringify(message));

describe('readNotification', () => {
  it.each<[string, unknown]>([
    ["SNS's envelope", sns({ Records: [record()] })],
    ["SNS's envelope around EventBridge's event", sns(eventBridge())],
    ["EventBridge's event", eventBridge()],
    ['an event name with the prefix of emulators', { Records: [record({}, { eventName: 's3:ObjectCreated:Put' })] }],
    ['the source of another store', { Records: [record({}, { eventSource: 'minio:s3' })] }],
    ['a time with an offset', { Records: [record({}, { eventTime: '2026-03-01T10:00:00+01:00' })] }],
    ['a size as text', { Records: [record({ size: '7' })] }],
  ])('reads %s as the same drop', (_what, message) => {
    expect(read(message)).toEqual({ drops: [one()], ignored: [], unreadable: [] });
  });

  it('does not decode the keys of EventBridge, which are not encoded', () => {
    expect(read(eventBridge({ key: 'a+b %41.mp4' })).drops[0]?.key).toBe('a+b %41.mp4');
  });

  it.each<[string, object, object]>([
    ['with a version', {}, {}],
    ['without a version', { versionId: undefined }, { 'version-id': undefined }],
    [
      'without a version, when EventBridge writes the sequencer as in the example of AWS',
      { versionId: undefined, sequencer: '00617F08299329D189' },
      { 'version-id': undefined, sequencer: '617f08299329d189' },
    ],
    [
      'without a version, when both write the sequencer alike, as AWS does',
      { versionId: undefined, sequencer: '006539AA6D7936ACF5' },
      { 'version-id': undefined, sequencer: '006539AA6D7936ACF5' },
    ],
  ])('gives a put %s the same upload id by each way', (_what, inRecord, inEvent) => {
    const object = { sequencer: '0000000000000000A1', ...inRecord };
    const event = eventBridge({ sequencer: '0000000000000000A1', ...inEvent });
    const ways = [{ Records: [record(object)] }, sns({ Records: [record(object)] }), event, sns(event)];
    const ids = ways.map((message) => read(message).drops.map(({ uploadId }) => uploadId));
    expect(ids).toEqual(ways.map(() => [one(object).uploadId]));
  });

  it.each<[string, (key: string) => unknown]>([
    ["S3's notification", (key) => ({ Records: [record({ key })] })],
    ["SNS's envelope", (key) => sns({ Records: [record({ key })] })],
    ["EventBridge's event", (key) => eventBridge({ key })],
  ])('treats no companion of a video as a drop, in %s', (_what, message) => {
    for (const key of ['clip.mp4.json', 'a/clip.MOV.jpg', 'clip.m4v.jpeg', 'clip.mp4.png']) {
      const because = 'It is a sidecar or a cover of a video.';
      expect(read(message(key))).toEqual({
        drops: [],
        ignored: [{ bucket: 'videos', key, because, companion: true }],
        unreadable: [],
      });
    }
    for (const key of ['clip.json', 'clip.jpg', 'clip.mp4.json.mp4']) expect(read(message(key)).drops).toHaveLength(1);
  });

  it('starts no new attempt for a companion', () => {
    expect(read({ Records: [record({ key: 'clip.mp4.json' }, { pindropAttempt: 'u1' })] }).drops).toEqual([]);
  });

  it('ignores what the filter excludes, and reads the rest', () => {
    const filter = { bucket: 'videos', prefixes: ['a+b/'], suffixes: ['.mp4'] };
    const message = {
      Records: [
        record({ key: 'a%2Bb/CLIP.MP4' }),
        record({ key: 'a%2Bb/clip.txt' }),
        record({ key: 'clip.mp4' }),
        record({}, { s3: { bucket: { name: 'other' }, object: { key: 'a%2Bb/clip.mp4' } } }),
      ],
    };
    const { drops, ignored } = readNotification(JSON.stringify(message), filter);
    expect(drops.map(({ key }) => key)).toEqual(['a+b/CLIP.MP4']);
    expect(ignored).toEqual([
      { bucket: 'videos', key: 'a+b/clip.txt', because: 'The key does not end in .mp4.', companion: false },
      { bucket: 'videos', key: 'clip.mp4', because: 'The key does not start with a+b/.', companion: false },
      {
        bucket: 'other',
        key: 'a+b/clip.mp4',
        because: 'The object is in the bucket other, not in videos.',
        companion: false,
      },
    ]);
  });

  it('still reads an upload that has begun when the filter excludes it now', () => {
    const notification = JSON.stringify({ Records: [record()] });
    const upload = { uploadId: one().uploadId } as UploadRecord;
    const body = unstartedMessage(notification, one(), { upload, polls: 0, waitSeconds: 0 });
    const filter = { bucket: 'videos', prefixes: ['elsewhere/'], suffixes: [] };
    expect(readNotification(notification, filter).drops).toEqual([]);
    expect(readNotification(body, filter)).toEqual({ drops: [one()], ignored: [], unreadable: [] });
  });

  it.each([[''], [null], [undefined], ['null']])(
    'treats the version %j as no version, and gives two puts different upload ids',
    (versionId) => {
      const { drops } = read({
        Records: [record({ versionId, sequencer: '01' }), record({ versionId, sequencer: '02' })],
      });
      expect(drops.map((drop) => drop.versionId)).toEqual([undefined, undefined]);
      expect(new Set(drops.map(({ uploadId }) => uploadId)).size).toBe(2);
    },
  );

  it('reads a missing, empty or null ETag as unknown', () => {
    const { drops } = read({ Records: [record({ eTag: null }), record({ eTag: '' }), record({ eTag: undefined })] });
    expect(drops.map(({ eTag }) => eTag)).toEqual(['', '', '']);
  });

  it('reads the other records when one is unreadable, and reports what is wrong with the unreadable one', () => {
    const broken = record({ key: 12 });
    expect(read({ Records: [record(), broken, record({ versionId: 'v2' })] })).toEqual({
      drops: [one(), one({ versionId: 'v2' })],
      ignored: [],
      unreadable: ['Record 2 is not one of S3 (at s3.object.key).'],
    });
  });

  it.each<[string, unknown, string]>([
    [
      'an event of a kind that nobody knows',
      { Records: [record({}, { eventName: 'ObjectMoved:Rename' })] },
      'Record 1 is of an unknown event: ObjectMoved:Rename.',
    ],
    [
      'an EventBridge event of a kind that nobody knows',
      eventBridge({}, 'Object Moved'),
      'The event is of an unknown kind: Object Moved.',
    ],
    [
      'an EventBridge event without its object',
      { ...eventBridge(), detail: {} },
      'The event is not one of S3 (at detail.bucket, detail.object).',
    ],
    [
      'a time that is none',
      { Records: [record({}, { eventTime: 'now' })] },
      'Record 1 is not one of S3 (at eventTime).',
    ],
    ['an empty key', { Records: [record({ key: '' })] }, 'Record 1 is not one of S3 (at s3.object.key).'],
    [
      "SNS's confirmation of a subscription",
      { Type: 'SubscriptionConfirmation', TopicArn: 't', Message: 'm' },
      'The message is JSON and not a notification of S3.',
    ],
    ['text in an envelope', sns('hello'), 'The message is JSON and not a notification of S3.'],
  ])('reports %s', (_what, message, reason) => {
    expect(read(message)).toEqual({ drops: [], ignored: [], unreadable: [reason] });
    expect(() => dropsOf(JSON.stringify(message))).toThrow(reason);
  });

  it.each<[string, unknown]>([
    ['the test event in an envelope', sns({ Service: 'Amazon S3', Event: 's3:TestEvent' })],
    ['a restored object', { Records: [record({}, { eventName: 'ObjectRestore:Completed' })] }],
    ['an expired object', { Records: [record({}, { eventName: 's3:LifecycleExpiration:Delete' })] }],
    ['a deleted object', eventBridge({}, 'Object Deleted')],
    ['a folder marker', eventBridge({ key: 'folder/', size: 0 })],
  ])('ignores %s', (_what, message) => {
    expect(read(message)).toEqual({ drops: [], ignored: [], unreadable: [] });
  });

  it('returns a drop or a reason for any JSON and any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((value) => JSON.stringify({ Records: [value] })),
        ),
        (body) => {
          const { drops, ignored, unreadable } = readNotification(body);
          expect(drops.length + ignored.length + unreadable.length).toBeGreaterThan(0);
        },
      ),
    );
  });
});
