import type { MediaUploadSucceeded } from '../../../shared/events/events.ts';
import { PIN_DETAIL_TYPE } from '../../../shared/events/pin/names.ts';
import type { KnownPinFailure, PinEventDetail } from '../../../shared/events/pin/pin-events.ts';
import type { PlannedPin } from './plan-pin.ts';

/** The payload that the state machine `publish-pin` passes from state to state. */
export interface PinProgress {
  upload: MediaUploadSucceeded;
  /**
   * The next step. `prepare` and `look` may be repeated at any time. `create` may start a second time only if the
   * function itself requested it. `sleep` is `prepare` after a wait that an operator can end.
   */
  step: 'prepare' | 'sleep' | 'create' | 'look';
  /** Whole seconds to wait before the next step. */
  waitSeconds: number;
  /** ISO 8601: start of the give-up time, which is the first step or the end of the last sleep. */
  startedAt?: string;
  /** Absent until the Pin is planned. */
  pin?: PlannedPin;
  /** ISO 8601, UTC: when the Pin is due; absent when nobody scheduled it. */
  dueAt?: string;
  /** True when the last sleep could not begin. */
  sleepless?: boolean;
  /** ISO 8601: the time of the last creation request whose result is unknown. */
  unansweredSince?: string;
  /** Consecutive failed attempts; the backoff grows with them. */
  faults?: number;
  finalEvent?: { detailType: (typeof PIN_DETAIL_TYPE)[keyof typeof PIN_DETAIL_TYPE]; detail: PinEventDetail };
}

export function published(progress: PinProgress, pinId: string, now: Date): PinProgress {
  const { uploadId, account, mediaId, object } = progress.upload;
  const detail: PinEventDetail = {
    version: '1',
    uploadId,
    account,
    mediaId,
    status: 'published',
    pinId,
    boardId: progress.pin?.boardId ?? '',
    url: `https://www.pinterest.com/pin/${pinId}/`,
    object,
    publishedAt: now.toISOString(),
    ...lateness(progress.dueAt, now),
  };
  return { ...progress, finalEvent: { detailType: PIN_DETAIL_TYPE.published, detail } };
}

/** @param boardId the board, if the Pin is not planned yet and the board is known */
export function failed(
  progress: PinProgress,
  failure: KnownPinFailure,
  now: Date,
  boardId: string | undefined = progress.pin?.boardId,
): PinProgress {
  const { uploadId, account, mediaId, object } = progress.upload;
  const detail: PinEventDetail = {
    version: '1',
    uploadId,
    account,
    mediaId,
    status: 'failed',
    boardId,
    object,
    failedAt: now.toISOString(),
    dueAt: progress.dueAt,
    failure,
  };
  return { ...progress, finalEvent: { detailType: PIN_DETAIL_TYPE.failed, detail } };
}

const lateness = (dueAt: string | undefined, now: Date) =>
  dueAt === undefined ? {} : { dueAt, lateBySeconds: Math.max(0, now.getTime() - Date.parse(dueAt)) / 1000 };

/**
 * The failure of a Pin whose description is wrong.
 * @param problems a sentence for each mistake
 * @param retryable true when the same drop may succeed in a new attempt
 */
export function rejected(problems: string[], retryable: boolean): KnownPinFailure {
  const then = retryable
    ? 'Correct that, then retry the drop.'
    : 'Correct the sidecar or the metadata, then drop the file again.';
  return { reason: 'rejected_metadata', message: `${problems.join(' ')} ${then}`, retryable };
}
