import { describe, expect, it } from 'vitest';
import { reportDeadLetter } from '../../../functions/report-dead-letter/report-dead-letter.ts';
import { finalEventDetailSchema } from '../../../shared/events/schema.ts';
import type { Drop } from '../../../shared/upload/drop.ts';
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

function newExecutions() {
  const started: FollowedUpload[] = [];
  const start = async (followed: FollowedUpload) => started.push(followed) > 0;
  return { started, executions: { exists: async () => false, existsForObject: async () => false, start } };
}

describe('reportDeadLetter', () => {
  it('starts an execution that emits the failure', async () => {
    const { started, executions } = newExecutions();
    await expect(reportDeadLetter(drop, { executions, now })).resolves.toMatchObject({
      status: 'failed',
      uploadId: 'clip-1',
    });
    const detail = finalEventDetailSchema.parse(started[0]?.finalEvent?.detail);
    expect(detail).toMatchObject({
      status: 'failed',
      uploadId: 'clip-1',
      failure: { reason: 'gave_up', retryable: true },
    });
    expect(started[0]?.deadLetter).toBe(true);
  });

  it('says that EventBridge could not deliver the event', async () => {
    const { started, executions } = newExecutions();
    await reportDeadLetter(drop, { executions, now }, { undelivered: 'NO_PERMISSIONS' });
    expect(started[0]?.finalEvent?.detail).toMatchObject({
      failure: {
        reason: 'gave_up',
        message: expect.stringContaining(
          'EventBridge could not put the event of the drop into the queue of drops (NO_PERMISSIONS)',
        ),
      },
    });
  });

  it('starts the execution of an uploaded file when an earlier attempt could not start it', async () => {
    const { started, executions } = newExecutions();
    const { uploadId, droppedAt } = drop;
    const object = { bucket: 'videos', key: 'clip.mp4', eTag: 'abc', size: 7, metadata: {} };
    const unstarted = {
      upload: { uploadId, mediaId: '5212', object, timeline: { droppedAt } },
      polls: 0,
      waitSeconds: 9,
    };
    await expect(reportDeadLetter(drop, { executions, now }, { unstarted })).resolves.toBeUndefined();
    expect(started).toEqual([unstarted]);
  });

  it('reports the account of the drop', async () => {
    const { started, executions } = newExecutions();
    const reported = await reportDeadLetter(drop, { executions, now }, { account: 'brand-a' });
    expect(reported?.account).toBe('brand-a');
    expect(started).toMatchObject([{ upload: { account: 'brand-a' } }]);
  });

  it('does nothing for an upload that already has an execution', async () => {
    const { started, executions } = newExecutions();
    const exists = async () => true;
    await expect(reportDeadLetter(drop, { executions: { ...executions, exists }, now })).resolves.toBeUndefined();
    expect(started).toEqual([]);
  });

  it('does nothing for an object without version id that an execution with another name followed', async () => {
    const { started, executions } = newExecutions();
    const { versionId: _, ...unversioned } = drop;
    const existsForObject = async ({ uploadId }: Drop) => uploadId === 'clip-1';
    const ports = { executions: { ...executions, existsForObject }, now };
    await expect(reportDeadLetter({ ...unversioned, provisional: true }, ports)).resolves.toBeUndefined();
    expect(started).toEqual([]);
  });
});
