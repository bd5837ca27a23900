import type { KnownFailure } from '../../shared/events/events.ts';
import type { Media } from '../../shared/pinterest/media.ts';
import { PinterestError } from '../../shared/pinterest/pinterest-error.ts';
import { type FollowedUpload, finalEvent } from '../../shared/upload/execution.ts';
import { decide, type RetryPolicy } from '../outcome/decide.ts';
import { faultOf } from '../outcome/fault.ts';
import type { StatusAnswer, StatusQuestion } from './media-statuses.ts';
import { nextWaitSeconds, type ProcessedFile } from './question-times.ts';

export interface PollPolicy {
  /** Seconds after the upload by which Pinterest must have finished. */
  deadlineSeconds: number;
  /**
   * The give-up time counts from the first of the consecutive failed polls, not from the drop, because Pinterest has
   * the file.
   */
  retryPolicy: RetryPolicy;
}

export interface PollPorts {
  mediaStatus: (mediaId: string, question: StatusQuestion) => Promise<StatusAnswer>;
  now: () => Date;
  random?: () => number;
  /** Called when Pinterest has finished processing a file, if the processing time is known. */
  onProcessed?: (file: ProcessedFile) => void;
  /**
   * Called with all fields that Pinterest returns for a failed media besides its status, for the log. None of them is
   * documented.
   */
  onProcessingFailed?: (details: Record<string, unknown>) => void;
  /** Called when a poll failed, for the log. */
  onFault?: (cause: unknown) => void;
}

/**
 * How long a 404 is accepted. Pinterest has been seen to answer 404 for a while after a media was registered or
 * uploaded.
 */
const NOT_FOUND_PATIENCE_SECONDS = 10 * 60;

/**
 * Polls Pinterest once for the status of an upload.
 * @returns the upload with its final event when it has ended, otherwise with the seconds to wait before the next poll
 */
export async function pollMedia(
  followed: FollowedUpload,
  policy: PollPolicy,
  ports: PollPorts,
): Promise<FollowedUpload> {
  const { upload } = followed;
  if (upload.mediaId === undefined) throw new Error(`The upload ${upload.uploadId} has no media to ask about.`);
  const asked = { ...followed, polls: followed.polls + 1 };
  let answer: StatusAnswer;
  try {
    const now = ports.now();
    const final = secondsLeft(followed, policy, now) <= 0 || isPatienceOver(followed, policy, now);
    answer = await ports.mediaStatus(upload.mediaId, {
      elapsedSeconds: secondsSinceUpload(followed, now),
      first: followed.polls === 0,
      final,
    });
  } catch (cause) {
    ports.onFault?.(cause);
    return afterFault(asked, cause, policy, ports);
  }

  const now = ports.now();
  const { status, ageSeconds } = answer;
  if (status === 'succeeded') {
    // After a failed poll the time at which the media became ready is too uncertain to learn from.
    const answeredBefore = followed.faultsSince === undefined && followed.notFoundSince === undefined;
    if (answeredBefore) ports.onProcessed?.(processed(followed, now, ageSeconds));
    return { ...asked, finalEvent: finalEvent(upload, asked.polls, now, { status: 'succeeded' }) };
  }
  if (status === 'failed') {
    ports.onProcessingFailed?.(answer.details ?? {});
    return failed(asked, now, PROCESSING_FAILED);
  }
  const left = secondsLeft(followed, policy, now);
  if (left <= 0) return failed(asked, now, timedOut(status, policy.deadlineSeconds));
  const { notFoundSince: _, faults: __, faultsSince: ___, ...rest } = asked;
  return { ...rest, waitSeconds: Math.max(1, Math.ceil(Math.min(nextWait(followed, now, ports, ageSeconds), left))) };
}

function afterFault(followed: FollowedUpload, cause: unknown, policy: PollPolicy, ports: PollPorts): FollowedUpload {
  const now = ports.now();
  if (cause instanceof PinterestError && cause.status === 404) {
    const notFoundSince = followed.notFoundSince ?? now.toISOString();
    const patience = Math.min(NOT_FOUND_PATIENCE_SECONDS, policy.deadlineSeconds);
    if (secondsBetween(notFoundSince, now) >= patience) return failed(followed, now, MEDIA_NOT_FOUND);
    return { ...followed, notFoundSince, waitSeconds: nextWait(followed, now, ports) };
  }
  const { faults = 0, faultsSince = now.toISOString() } = followed;
  const decision = decide(faultOf(cause), {
    attempt: faults,
    ageSeconds: secondsBetween(faultsSince, now),
    account: followed.upload.account,
    ...policy.retryPolicy,
    random: ports.random?.(),
  });
  if (decision.action === 'fail') {
    return failed(followed, now, gaveUpAsking(decision.because ?? '', policy.retryPolicy.giveUpAfterSeconds));
  }
  return { ...followed, faults: faults + 1, faultsSince, waitSeconds: decision.afterSeconds };
}

/** True when one more fault would end the upload. */
const isPatienceOver = ({ faultsSince }: FollowedUpload, { retryPolicy }: PollPolicy, now: Date) =>
  faultsSince !== undefined && secondsBetween(faultsSince, now) >= retryPolicy.giveUpAfterSeconds;

const failed = (followed: FollowedUpload, now: Date, failure: KnownFailure): FollowedUpload => ({
  ...followed,
  finalEvent: finalEvent(followed.upload, followed.polls, now, { status: 'failed', failure }),
});

const secondsBetween = (instant: string, now: Date) => (now.getTime() - Date.parse(instant)) / 1000;

export const secondsSinceUpload = ({ upload: { timeline } }: FollowedUpload, now: Date) =>
  secondsBetween(timeline.uploadedAt ?? timeline.droppedAt, now);

const secondsLeft = (followed: FollowedUpload, { deadlineSeconds }: PollPolicy, now: Date) =>
  deadlineSeconds - secondsSinceUpload(followed, now);

/** A status that is some seconds old counts as a poll made that many seconds ago. */
const nextWait = (followed: FollowedUpload, now: Date, { random }: PollPorts, ageSeconds = 0) =>
  nextWaitSeconds(secondsSinceUpload(followed, now) - ageSeconds, ageSeconds, random?.());

function processed(followed: FollowedUpload, now: Date, ageSeconds: number): ProcessedFile {
  const elapsedSeconds = secondsSinceUpload(followed, now);
  const notReadySeconds = followed.polls === 0 ? 0 : elapsedSeconds - followed.waitSeconds;
  const readySeconds = Math.max(notReadySeconds, elapsedSeconds - ageSeconds);
  return { sizeBytes: followed.upload.object.size, notReadySeconds, readySeconds };
}

const PROCESSING_FAILED: KnownFailure = {
  reason: 'processing_failed',
  message:
    'Pinterest could not process the video, and gives no reason. Re-encode it as H.264 in an MP4 and drop it again.',
  retryable: false,
};

const MEDIA_NOT_FOUND: KnownFailure = {
  reason: 'media_not_found',
  message: 'Pinterest accepted the upload, but does not know the media any more. Retry the drop to upload it again.',
  retryable: true,
};

/**
 * The failure after too many failed polls. No failed poll is permanent by itself: Pinterest has the file, so a later
 * poll may succeed.
 */
function gaveUpAsking(because: string, giveUpAfterSeconds: number): KnownFailure {
  const hours = Math.round(giveUpAfterSeconds / 360) / 10;
  return {
    reason: 'gave_up',
    message: `Pinterest has the file, but every status request failed for ${hours} h: ${because} Look for the video on Pinterest before you retry the drop.`,
    retryable: true,
  };
}

function timedOut(status: Media['status'], deadlineSeconds: number): KnownFailure {
  const minutes = Math.round(deadlineSeconds / 6) / 10;
  const found =
    status === 'registered'
      ? `Pinterest acknowledged the upload, but had not begun to process it ${minutes} min later. Retry the drop.`
      : `Pinterest was still processing the video ${minutes} min after the upload. Look for it on Pinterest before you retry the drop.`;
  return { reason: 'timed_out', message: found, retryable: true };
}
