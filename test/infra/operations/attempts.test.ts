import { describe, expect, it } from 'vitest';
import { attemptMessage, newestUploadOf } from '../../../infra/operations/attempts.ts';
import { dropsOf } from '../../../shared/upload/notification.ts';
import { type ListedExecution, listing } from '../../harness/listed-executions.ts';

const BUCKET = 'videos';
const versioned = { bucket: BUCKET, key: 'a b/c+d é.mp4', versionId: 'v1', eTag: 'e1', size: 7 };
const { versionId: _, ...unversioned } = versioned;
const at = (second: number) => new Date(second * 1000);

/** The execution of an upload that has ended. */
const ended = (uploadId: string, object: object, startedAt: number): ListedExecution => ({
  name: uploadId,
  startedAt,
  status: 'SUCCEEDED',
  data: JSON.stringify({ upload: { uploadId, object }, finalEvent: { detail: { status: 'failed' } } }),
});

describe('attemptMessage', () => {
  it.each([
    ['a version', versioned],
    ['an object without versions', unversioned],
  ])('derives the id of an attempt at %s from the previous attempt, not from the time', (_, object) => {
    const ids = [at(1), at(2)].map((time) => attemptMessage(object, 'before', time)?.uploadId);
    expect(ids[0]).toBe(ids[1]);
    const others = [attemptMessage(object, 'another', at(1)), attemptMessage(object, undefined, at(1))];
    expect(new Set([ids[0], ...others.map((message) => message?.uploadId)]).size).toBe(3);
  });

  it('returns the notification that S3 would send', () => {
    const message = attemptMessage(versioned, 'before', at(1));
    expect(dropsOf(message?.body ?? '')).toEqual([
      { ...versioned, uploadId: message?.uploadId, droppedAt: '1970-01-01T00:00:01.000Z' },
    ]);
  });

  it("gives the first attempt at a version the same id as S3's own notification", () => {
    const notification = {
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:CompleteMultipartUpload',
      eventTime: at(5).toISOString(),
      s3: {
        bucket: { name: BUCKET },
        object: { key: 'a+b/c%2Bd+%C3%A9.mp4', size: 7, eTag: 'e1', versionId: 'v1', sequencer: '00AB' },
      },
    };
    const [drop] = dropsOf(JSON.stringify({ Records: [notification] }));
    expect(attemptMessage(versioned, undefined, at(9))?.uploadId).toBe(drop?.uploadId);
  });

  it('returns undefined for a folder marker', () => {
    expect(attemptMessage({ ...versioned, key: 'folder/', size: 0 }, undefined, at(1))).toBeUndefined();
    expect(attemptMessage({ ...versioned, key: 'folder/', size: 1 }, undefined, at(1))).toBeDefined();
  });
});

describe('newestUploadOf', () => {
  const idOf = (object: typeof versioned | typeof unversioned, before?: string) =>
    attemptMessage(object, before, at(0))?.uploadId ?? '';

  it('follows the attempts of a version without listing anything', async () => {
    const first = idOf(versioned);
    const second = idOf(versioned, first);
    const third = idOf(versioned, second);
    const { ports, asked } = listing(() => [first, second, third].map((id, index) => ended(id, versioned, index)));
    expect(await newestUploadOf(versioned, versioned, ports)).toMatchObject({ upload: { uploadId: third } });
    expect(asked).toMatchObject({ lists: 0, described: [first, second, third, idOf(versioned, third)] });
  });

  it('describes only the executions whose name starts like the ids of the key, of more than a thousand', async () => {
    const others = Array.from({ length: 1000 }, (_, index) =>
      ended(`other-mp4-${String(index).padStart(32, '0')}`, { bucket: BUCKET, key: 'other.mp4' }, index),
    );
    const alike = ended(idOf({ ...unversioned, eTag: 'older' }), { ...unversioned, eTag: 'older' }, 2000);
    const elsewhere = ended(`c-d-e-mp4-${'0'.repeat(32)}`, { ...unversioned, key: 'x/c-d e.mp4' }, 2001);
    const wanted = ended(idOf(unversioned), unversioned, 1999);
    const { ports, asked } = listing(() => [elsewhere, alike, wanted, ...others.toReversed()]);
    expect(await newestUploadOf(unversioned, unversioned, ports)).toMatchObject({ upload: { uploadId: wanted.name } });
    expect(asked.described.sort()).toEqual([elsewhere, alike, wanted].map(({ name }) => name).sort());
    expect(await newestUploadOf(unversioned, { ...unversioned, eTag: 'waiting' }, ports)).toBeUndefined();
  });

  it('finds the newest upload of a key whose object was deleted', async () => {
    const [older, newer] = [ended(idOf(versioned), versioned, 1), ended(idOf(unversioned), unversioned, 2)];
    const { ports } = listing(() => [newer, older]);
    expect(await newestUploadOf(versioned, undefined, ports)).toMatchObject({ upload: { uploadId: newer.name } });
  });
});
