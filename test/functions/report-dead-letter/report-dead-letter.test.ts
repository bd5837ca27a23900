import { describe, expect, it } from 'vitest';
import { reportDeadLetter } from '../../../functions/report-dead-letter/report-dead-letter.ts';
import { finalEventDetailSchema } from '../../../shared/events/schema.ts';
import type { FollowedUpload } from '../../../shared/upload/execution.ts';

const drop = {
  uploadId: 'clip-1',
  bucket: 'videos',
  key: 'clip.mp4',
  versionId: 'v1',
  eTag: 'abc',
  size: 7,
  droppedAt: '2026-03-01T09:00:00.000Z',
};
const now = () => new Date('2026-03-02T09:00:00.000Z');

describe('reportDeadLetter', () => {
  it('starts an execution that emits the failure', async () => {
    const started: FollowedUpload[] = [];
    const executions = {
      exists: async () => false,
      start: async (followed: FollowedUpload) => started.push(followed) > 0,
    };
    await expect(reportDeadLetter(drop, { executions, now })).resolves.toMatchObject({ status: 'failed' });
    const detail = finalEventDetailSchema.parse(started[0]?.finalEvent?.detail);
    expect(detail).toMatchObject({
      status: 'failed',
      uploadId: 'clip-1',
      failure: { reason: 'gave_up', retryable: true },
    });
  });

  it('leaves an upload alone that is followed', async () => {
    const start = async () => {
      throw new Error('started');
    };
    await expect(
      reportDeadLetter(drop, { executions: { exists: async () => true, start }, now }),
    ).resolves.toBeUndefined();
  });
});
