import { type Drop, dropsOf } from '../../../shared/drop.ts';
import type { FollowedUpload } from '../../../shared/execution.ts';
import { UPLOAD_LOG } from '../../../shared/upload-log.ts';
import type { ExecutionRow } from '../execution-table.ts';
import type { WaitingMessage } from '../stack-records.ts';
import type { UploadLogLine } from '../upload-log-line.ts';
import type { UploadRow } from './wire.ts';

/** A drop that the queue holds, before anything is known of it but that it is there. */
export const rowOfDrop = ({ uploadId, key, size: sizeBytes, droppedAt }: Drop): UploadRow => ({
  uploadId,
  key,
  sizeBytes,
  state: 'dropped',
  polls: 0,
  timeline: { droppedAt },
});

/** The drops that wait in the queue. One that was received before is tried again once its message is visible. */
export function rowsOfWaiting({ body, received, visibleAt }: WaitingMessage): UploadRow[] {
  const again = received > 0 && visibleAt !== undefined ? { nextAt: visibleAt } : {};
  return dropsOf(body).map((drop) => ({ ...rowOfDrop(drop), ...again }));
}

const BROKEN = {
  reason: 'gave_up',
  message: 'The execution failed and put no final event. Look into its states, and retry the drop.',
  retryable: true,
} as const;

/** An upload as its execution knows it: what it was given last, or what it ended with. */
export function rowOfExecution({
  status,
  input,
  output,
  state,
  stateInput,
  stateEnteredAt,
  stoppedAt,
}: ExecutionRow): UploadRow {
  const { upload, polls, waitSeconds, finalEvent }: FollowedUpload = JSON.parse(output ?? stateInput ?? input);
  const { uploadId, mediaId, object, timeline } = upload;
  const row = {
    uploadId,
    key: object.key,
    sizeBytes: object.size,
    polls,
    timeline,
    ...(mediaId === undefined ? {} : { mediaId }),
  };
  if (status === 'RUNNING') {
    const waits = state !== null && stateEnteredAt !== null && finalEvent === undefined && /^Wait /.test(state);
    return {
      ...row,
      state: 'processing',
      percent: 100,
      ...(waits ? { nextAt: stateEnteredAt + waitSeconds * 1000 } : {}),
    };
  }
  if (status !== 'SUCCEEDED' || finalEvent === undefined) {
    const completedAt = stoppedAt ?? new Date().toISOString();
    return { ...row, state: 'failed', timeline: { ...timeline, completedAt }, failure: BROKEN };
  }
  const { detail } = finalEvent;
  const ended = { ...row, polls: detail.polls, timeline: detail.timeline };
  return detail.status === 'succeeded'
    ? { ...ended, state: 'succeeded' }
    : { ...ended, state: 'failed', failure: detail.failure };
}

/** What each line of the log says of an upload that no execution follows yet. */
const STEPS: Record<string, (row: UploadRow, line: UploadLogLine) => UploadRow> = {
  [UPLOAD_LOG.received]: ({ because: _because, nextAt: _nextAt, ...row }) => row,
  [UPLOAD_LOG.registered]: (row, { mediaId, timestamp }) => ({
    ...row,
    state: 'registered',
    mediaId: String(mediaId),
    timeline: { ...row.timeline, registeredAt: instant(timestamp) },
  }),
  [UPLOAD_LOG.uploading]: (row, { percent }) => ({ ...row, state: 'uploading', percent: Number(percent) }),
  [UPLOAD_LOG.uploaded]: (row, { timestamp }) => ({
    ...row,
    state: 'processing',
    percent: 100,
    timeline: { ...row.timeline, uploadedAt: instant(timestamp) },
  }),
  [UPLOAD_LOG.retrying]: (
    { uploadId, key, sizeBytes, polls, timeline: { droppedAt } },
    { timestamp, afterSeconds, because },
  ) => ({
    uploadId,
    key,
    sizeBytes,
    polls,
    state: 'dropped',
    because: String(because),
    nextAt: Date.parse(instant(timestamp)) + Number(afterSeconds) * 1000,
    timeline: { droppedAt },
  }),
};

const instant = (timestamp: string | undefined) => timestamp ?? new Date().toISOString();

/** @returns the row as it is after a line of the log; the same one when the line changes nothing */
export const afterLine = (row: UploadRow, line: UploadLogLine): UploadRow => STEPS[line.message]?.(row, line) ?? row;
