import type { Sidecar } from '../../../../shared/events/events.ts';
import { EVENT_SOURCE } from '../../../../shared/events/names.ts';
import { PIN_DETAIL_TYPE } from '../../../../shared/events/pin/names.ts';
import type { PinFailed, PinPublished } from '../../../../shared/events/pin/pin-events.ts';
import type { Drop } from '../../../../shared/upload/drop.ts';
import type { FollowedUpload } from '../../../../shared/upload/execution.ts';
import { readNotification } from '../../../../shared/upload/notification.ts';
import { UPLOAD_LOG } from '../../../../shared/upload/upload-log.ts';
import type { StartedAttempt } from '../../../operations/later-attempt.ts';
import type { EventEnvelope } from '../../aws/observation.ts';
import type { WaitingMessage } from '../../aws/stack-records.ts';
import type { ExecutionRow } from '../../aws/step-functions/execution-table.ts';
import type { UploadLogLine } from '../shared/upload-log-line.ts';
import type { UploadRow } from '../shared/wire.ts';

/** The row of a drop that is known only from its message in the queue. */
export const rowOfDrop = ({
  uploadId,
  key,
  size: sizeBytes,
  droppedAt,
}: Pick<Drop, 'uploadId' | 'key' | 'size' | 'droppedAt'>): UploadRow => ({
  uploadId,
  key,
  sizeBytes,
  state: 'dropped',
  polls: 0,
  timeline: { droppedAt },
});

/** The drops in a message. Unreadable records are skipped, because the functions report them. */
export const dropsIn = ({ body }: Pick<WaitingMessage, 'body'>): Drop[] => readNotification(body).drops;

/** The rows of the drops in a message of the queue. */
export function rowsOfWaiting(message: WaitingMessage): UploadRow[] {
  const { inFlight, visibleAt } = message;
  return dropsIn(message).map((drop) => {
    const row = rowOfDrop(drop);
    if (inFlight === undefined) return row;
    return inFlight === 'with a function' ? { ...row, state: 'taken-up' } : waiting(row, visibleAt);
  });
}

/** The row as it was when the file was dropped, without the results of an attempt. */
const afresh = ({ uploadId, key, sizeBytes, timeline: { droppedAt } }: UploadRow): UploadRow =>
  rowOfDrop({ uploadId, key, size: sizeBytes, droppedAt });

/** @param nextAt epoch ms of the next attempt */
const waiting = (row: UploadRow, nextAt?: number): UploadRow => ({
  ...afresh(row),
  state: 'waiting',
  nextAt,
});

/** The row of an upload whose function died. @param again the row from the queue, after the death of the function */
export const afterDeath = (again: UploadRow, why: string): UploadRow => ({
  ...again,
  because: `The function died (${why}).`,
});

/** An upload, with the object version that it tries to bring to Pinterest. */
export type KnownAttempt = StartedAttempt & Pick<UploadRow, 'uploadId'>;

export const attemptOfDrop = ({ uploadId, droppedAt, bucket, key, versionId, eTag }: Drop): KnownAttempt => ({
  uploadId,
  object: { bucket, key, versionId, eTag },
  timeline: { droppedAt },
});

export const attemptOfExecution = ({ input }: ExecutionRow): KnownAttempt =>
  (JSON.parse(input) as FollowedUpload).upload;

/** The failure of an execution without a final event. @param error error name from the execution */
const broken = (status: string, error: string | null): NonNullable<UploadRow['failure']> => ({
  message: `The execution ended as ${status}${error === null ? '' : ` (${error})`} and sent no final event. Check its states and the log of the function, and retry the drop.`,
  retryable: true,
});

/** The row of an execution, read from its output, else from the last input of a state, else from its own input. */
export function rowOfExecution({
  status,
  input,
  output,
  error,
  state,
  stateInput,
  stateEnteredAt,
  stoppedAt,
}: ExecutionRow): UploadRow {
  const { upload, polls, waitSeconds, finalEvent }: FollowedUpload = JSON.parse(output ?? stateInput ?? input);
  const { uploadId, account, mediaId, object, timeline } = upload;
  const row = {
    uploadId,
    account,
    key: object.key,
    sizeBytes: object.size,
    polls,
    timeline,
    mediaId,
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
    return { ...row, state: 'failed', timeline: { ...timeline, completedAt }, failure: broken(status, error) };
  }
  const { detail } = finalEvent;
  const ended = { ...row, polls: detail.polls, timeline: detail.timeline };
  return detail.status === 'succeeded'
    ? { ...ended, state: 'succeeded' }
    : { ...ended, state: 'failed', failure: detail.failure };
}

/** The JSON object stored beside the video of an execution. */
export const sidecarOf = ({ input }: ExecutionRow): Sidecar | undefined =>
  (JSON.parse(input) as FollowedUpload).upload.sidecar;

/** The changes that each log message makes to the row of an upload without an execution. */
const STEPS: Record<string, (row: UploadRow, line: UploadLogLine) => UploadRow> = {
  [UPLOAD_LOG.received]: (row) => ({ ...afresh(row), state: 'taken-up' }),
  [UPLOAD_LOG.registered]: (row, line) => ({
    ...row,
    ...mediaOf(line),
    state: 'registered',
    timeline: { ...row.timeline, registeredAt: instant(line.timestamp) },
  }),
  [UPLOAD_LOG.uploading]: (row, line) => ({
    ...row,
    ...mediaOf(line),
    state: 'uploading',
    percent: Number(line['percent']),
  }),
  [UPLOAD_LOG.uploaded]: (row, line) => ({
    ...row,
    ...mediaOf(line),
    state: 'processing',
    percent: 100,
    timeline: { ...row.timeline, uploadedAt: instant(line.timestamp) },
  }),
  [UPLOAD_LOG.retrying]: (row, { timestamp, afterSeconds, because }) => ({
    ...waiting(row, Date.parse(instant(timestamp)) + Number(afterSeconds) * 1000),
    because: String(because),
  }),
};

/** The media id, which is in every line from the registration on: the registration may precede this npm start. */
const mediaOf = ({ mediaId }: UploadLogLine) => (typeof mediaId === 'string' ? { mediaId } : {});

export const instant = (timestamp: string | undefined) => timestamp ?? new Date().toISOString();

/** @returns the row after a log line; the same row if the line changes nothing */
export const afterLine = (row: UploadRow, line: UploadLogLine): UploadRow => STEPS[line.message]?.(row, line) ?? row;

/**
 * @param dueAt when a Pin is due that waits for it
 * @returns the upload's Pin, from the events; an empty object if there is no event about a Pin, and none waits
 */
export function pinOf(events: EventEnvelope[], dueAt: string | undefined): Pick<UploadRow, 'pin'> {
  const put = events.filter((event) => event.source === EVENT_SOURCE);
  const published = put.find((event) => event['detail-type'] === PIN_DETAIL_TYPE.published);
  if (published) return { pin: { published: true, pinId: (published.detail as PinPublished).pinId } };
  const failed = put.find((event) => event['detail-type'] === PIN_DETAIL_TYPE.failed);
  if (failed) return { pin: { published: false, why: (failed.detail as PinFailed).failure.message } };
  return dueAt === undefined ? {} : { pin: { dueAt } };
}
