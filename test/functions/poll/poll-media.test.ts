import { describe, expect, it } from 'vitest';
import { type PollPorts, pollMedia } from '../../../functions/poll/poll-media.ts';
import { mediaUploadSucceededExample } from '../../../shared/events/examples.ts';
import type { MediaStatus } from '../../../shared/pinterest/media.ts';
import { PinterestError } from '../../../shared/pinterest/pinterest-error.ts';
import type { FollowedUpload } from '../../../shared/upload/execution.ts';

const UPLOADED = Date.parse('2026-03-01T09:00:00.000Z');
const policy = { deadlineSeconds: 3600, retryPolicy: { giveUpAfterSeconds: 24 * 3600, maxBackoffSeconds: 900 } };

const followed: FollowedUpload = {
  upload: {
    uploadId: 'clip-1',
    mediaId: '5212',
    object: mediaUploadSucceededExample.object,
    timeline: { droppedAt: new Date(UPLOADED - 60_000).toISOString(), uploadedAt: new Date(UPLOADED).toISOString() },
  },
  polls: 3,
  waitSeconds: 11,
};

const says =
  (status: MediaStatus): PollPorts['mediaStatus'] =>
  async () => ({ status, ageSeconds: 0 });
const answers =
  (status: number): PollPorts['mediaStatus'] =>
  async () => {
    throw new PinterestError(`answered ${status}`, { operation: 'media_get', status });
  };
const poll = (mediaStatus: PollPorts['mediaStatus'], secondsAfterUpload: number, from = followed) =>
  pollMedia(from, policy, {
    mediaStatus,
    now: () => new Date(UPLOADED + secondsAfterUpload * 1000),
    random: () => 0.5,
  });

describe('pollMedia', () => {
  it('ends with success when Pinterest says succeeded', async () => {
    const { finalEvent, polls } = await poll(says('succeeded'), 60);
    expect(polls).toBe(4);
    expect(finalEvent?.detail).toMatchObject({ status: 'succeeded', mediaId: '5212', polls: 4 });
  });

  it('ends with processing_failed when Pinterest says failed', async () => {
    const { finalEvent } = await poll(says('failed'), 60);
    expect(finalEvent?.detail).toMatchObject({ status: 'failed', failure: { reason: 'processing_failed' } });
  });

  it.each(['registered', 'processing'] as const)(
    'keeps polling while the media is %s, until the deadline',
    async (status) => {
      const early = await poll(says(status), 60);
      expect(early.finalEvent).toBeUndefined();
      expect(early.waitSeconds).toBe(22);
      expect((await poll(says(status), 3590)).waitSeconds).toBe(10);
      expect((await poll(says(status), 3600)).finalEvent?.detail).toMatchObject({ failure: { reason: 'timed_out' } });
    },
  );

  it('counts the next wait from the time of the answer, which may be some seconds old', async () => {
    const shared = await poll(async () => ({ status: 'processing', ageSeconds: 10 }), 60);
    expect(shared.waitSeconds).toBe(Math.round(0.37 * 50 - 10));
  });

  it('asks with the elapsed seconds, with first for the first question, and with final at the deadline', async () => {
    const questions: unknown[] = [];
    const listen: PollPorts['mediaStatus'] = async (_id, question) => {
      questions.push(question);
      return { status: 'processing', ageSeconds: 0 };
    };
    await poll(listen, 60);
    await poll(listen, 3600);
    await poll(listen, 5, { ...followed, polls: 0 });
    expect(questions).toEqual([
      { elapsedSeconds: 60, first: false, final: false },
      { elapsedSeconds: 3600, first: false, final: true },
      { elapsedSeconds: 5, first: true, final: false },
    ]);
  });

  it('reports how long Pinterest took, if that is known', async () => {
    const heard: unknown[] = [];
    const ports = { mediaStatus: says('succeeded'), now: () => new Date(UPLOADED + 60_000) };
    await pollMedia(followed, policy, { ...ports, onProcessed: (processed) => heard.push(processed) });
    const { size: sizeBytes } = followed.upload.object;
    expect(heard).toEqual([{ sizeBytes, readySeconds: 60, notReadySeconds: 49 }]);
    // After failed requests it reports nothing: the outage would look like slow processing.
    const ask = (from: FollowedUpload) =>
      pollMedia(from, policy, { ...ports, onProcessed: (processed) => heard.push(processed) });
    await ask({ ...followed, faults: 3, faultsSince: '2026-03-01T09:00:30.000Z' });
    await ask({ ...followed, notFoundSince: '2026-03-01T09:00:30.000Z' });
    expect(heard).toHaveLength(1);
  });

  it('accepts a success after the deadline', async () => {
    expect((await poll(says('succeeded'), 7200)).finalEvent?.detail.status).toBe('succeeded');
  });

  it('treats a 404 as temporary until it has lasted for ten minutes', async () => {
    const first = await poll(answers(404), 60);
    expect(first.finalEvent).toBeUndefined();
    expect(first.notFoundSince).toBe('2026-03-01T09:01:00.000Z');
    const still = await poll(answers(404), 600, first);
    expect(still.finalEvent).toBeUndefined();
    const last = await poll(answers(404), 661, still);
    expect(last.finalEvent?.detail).toMatchObject({ failure: { reason: 'media_not_found' } });
  });

  it('forgets a 404 after a later answer with a status', async () => {
    const again = await poll(says('processing'), 100, await poll(answers(404), 60));
    expect(again).not.toHaveProperty('notFoundSince');
  });

  it.each([401, 403, 429, 500, 503])(
    'keeps polling after a %s, even past the deadline, until the give-up time',
    async (status) => {
      const first = await poll(answers(status), 3700);
      expect(first.finalEvent).toBeUndefined();
      expect(first.waitSeconds).toBeGreaterThan(0);
      const second = await poll(answers(status), 3800, first);
      expect(second.waitSeconds).toBeGreaterThan(first.waitSeconds);
      const late = await poll(answers(status), 3700 + 24 * 3600, second);
      expect(late.finalEvent?.detail).toMatchObject({ failure: { reason: 'gave_up', retryable: true } });
    },
  );

  it.each([429, 503])('does not fail an upload after one %s, even if its drop waited for a day', async (status) => {
    const droppedAt = new Date(UPLOADED - 25 * 3_600_000).toISOString();
    const { upload } = followed;
    const late = { ...followed, upload: { ...upload, timeline: { ...upload.timeline, droppedAt } } };
    const first = await poll(answers(status), 20, late);
    expect(first.finalEvent).toBeUndefined();
    expect((await poll(says('succeeded'), 40, first)).finalEvent?.detail.status).toBe('succeeded');
  });

  it('restarts the give-up time after an answer', async () => {
    const day = 24 * 3600;
    const patient = { ...policy, deadlineSeconds: 10 * day };
    const at = (mediaStatus: PollPorts['mediaStatus'], seconds: number, from: FollowedUpload) =>
      pollMedia(from, patient, { mediaStatus, now: () => new Date(UPLOADED + seconds * 1000), random: () => 0.5 });
    const failing = await at(answers(503), 60, followed);
    const answered = await at(says('processing'), day, failing);
    expect(answered).not.toHaveProperty('faults');
    expect((await at(answers(503), day + 3600, answered)).finalEvent).toBeUndefined();
  });

  it('asks with final when another fault would end the upload', async () => {
    const finals: (boolean | undefined)[] = [];
    const faultsSince = new Date(UPLOADED + 60_000).toISOString();
    for (const seconds of [3000, 60 + 24 * 3600]) {
      await pollMedia(
        { ...followed, faults: 9, faultsSince },
        { ...policy, deadlineSeconds: 48 * 3600 },
        {
          mediaStatus: async (_id, { final }) => {
            finals.push(final);
            return { status: 'processing', ageSeconds: 0 };
          },
          now: () => new Date(UPLOADED + seconds * 1000),
        },
      );
    }
    expect(finals).toEqual([false, true]);
  });

  it('waits for as long as Retry-After says', async () => {
    const { waitSeconds } = await poll(async () => {
      throw new PinterestError('429', { operation: 'media_get', status: 429, retryAfterSeconds: 1800 });
    }, 60);
    expect(waitSeconds).toBeGreaterThanOrEqual(1800);
  });
});
