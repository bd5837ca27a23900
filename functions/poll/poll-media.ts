import type { KnownFailure } from '../../shared/events/events.ts';
import type { MediaStatus } from '../../shared/pinterest/media.ts';
import { PinterestError } from '../../shared/pinterest/pinterest-error.ts';
import { type FollowedUpload, finalEvent } from '../../shared/upload/execution.ts';
import { decide, type RetryPolicy } from '../outcome/decide.ts';
import { faultOf } from '../outcome/fault.ts';
import type { StatusAnswer, StatusQuestion } from './media-statuses.ts';
import type { Processed } from './processing-estimate.ts';
import { pollWaitSeconds } from './wait-policy.ts';

export interface PollPolicy {
  /** Seconds after the upload within which Pinterest is to be done. */
  deadlineSeconds: number;
  retryPolicy: RetryPolicy;
}

export interface PollPorts {
  mediaStatus: (mediaId: string, question: StatusQuestion) => Promise<StatusAnswer>;
  now: () => Date;
  random?: () => number;
  /** Told how long Pinterest took for a file, once it is done, if that is known. */
  onProcessed?: (processed: Processed) => void;
  /** Told when Pinterest could not be asked, for the log. */
  onFault?: (cause: unknown) => void;
}

/** A media was seen to be unknown for a while after it was registered or uploaded. */
const NOT_FOUND_PATIENCE_SECONDS = 10 * 60;

/**
 * Asks Pinterest once how far an upload is.
 * @returns the upload with its final event when it has ended, otherwise with the seconds to wait before the next poll
 */
export async function pollMedia(
  followed: FollowedUpload,
  policy: PollPolicy,
  ports: PollPorts,
): Promise<FollowedUpload> {
  const { upload } = followed;
  if (upload.mediaId === undefined) throw new Error(`The upload ${upload.uploadId} has no media to ask about.`);
  const polls = followed.polls + 1;
  let answer: StatusAnswer;
  try {
    const asked = ports.now();
    const elapsedSeconds = secondsSinceUpload(followed, asked);
    const certain = secondsLeft(followed, policy, asked) <= 0;
    answer = await ports.mediaStatus(upload.mediaId, { elapsedSeconds, certain });
  } catch (cause) {
    ports.onFault?.(cause);
    return afterFault({ ...followed, polls }, cause, policy, ports);
  }

  const now = ports.now();
  const { status, shared } = answer;
  if (status === 'succeeded') {
    // While Pinterest could not be asked, nobody knows how far it was.
    const seenUntilNow = followed.faults === undefined && followed.notFoundSince === undefined;
    if (seenUntilNow) ports.onProcessed?.(processed(followed, now));
    return { ...followed, polls, finalEvent: finalEvent(upload, polls, now, { status: 'succeeded' }) };
  }
  if (status === 'failed') return failed({ ...followed, polls }, now, PROCESSING_FAILED);
  const left = secondsLeft(followed, policy, now);
  if (left <= 0) return failed({ ...followed, polls }, now, timedOut(status, policy.deadlineSeconds));
  const wait = nextWait({ ...followed, polls }, now, ports, shared);
  // What was waited out is over: it is asked as usual again.
  const { notFoundSince: _since, faults: _faults, ...rest } = followed;
  return { ...rest, polls, waitSeconds: Math.max(1, Math.ceil(Math.min(wait, left))) };
}

function afterFault(followed: FollowedUpload, cause: unknown, policy: PollPolicy, ports: PollPorts): FollowedUpload {
  const now = ports.now();
  const { upload, faults = 0 } = followed;
  if (cause instanceof PinterestError && cause.status === 404) {
    const notFoundSince = followed.notFoundSince ?? now.toISOString();
    const patience = Math.min(NOT_FOUND_PATIENCE_SECONDS, policy.deadlineSeconds);
    if (secondsBetween(notFoundSince, now) >= patience) return failed(followed, now, MEDIA_NOT_FOUND);
    const wait = nextWait(followed, now, ports);
    return { ...followed, notFoundSince, waitSeconds: Math.max(1, wait) };
  }
  const decision = decide(faultOf(cause), {
    attempt: faults,
    ageSeconds: secondsBetween(upload.timeline.droppedAt, now),
    ...policy.retryPolicy,
    ...(ports.random === undefined ? {} : { random: ports.random() }),
  });
  if (decision.action === 'fail') return failed(followed, now, decision.failure);
  return { ...followed, faults: faults + 1, waitSeconds: decision.afterSeconds };
}

const failed = (followed: FollowedUpload, now: Date, failure: KnownFailure): FollowedUpload => ({
  ...followed,
  finalEvent: finalEvent(followed.upload, followed.polls, now, { status: 'failed', failure }),
});

const secondsBetween = (instant: string, now: Date) => (now.getTime() - Date.parse(instant)) / 1000;

const secondsSinceUpload = ({ upload: { timeline } }: FollowedUpload, now: Date) =>
  secondsBetween(timeline.uploadedAt ?? timeline.droppedAt, now);

const secondsLeft = (followed: FollowedUpload, { deadlineSeconds }: PollPolicy, now: Date) =>
  deadlineSeconds - secondsSinceUpload(followed, now);

const nextWait = (followed: FollowedUpload, now: Date, { random }: PollPorts, shared = false) =>
  pollWaitSeconds({
    ...{ polls: followed.polls, shared },
    elapsedSeconds: secondsSinceUpload(followed, now),
    sizeBytes: followed.upload.object.size,
    ...(random === undefined ? {} : { random: random() }),
  });

function processed(followed: FollowedUpload, now: Date): Processed {
  const doneSeconds = secondsSinceUpload(followed, now);
  const notDoneSeconds = followed.polls === 0 ? 0 : doneSeconds - followed.waitSeconds;
  return { sizeBytes: followed.upload.object.size, doneSeconds, notDoneSeconds };
}

const PROCESSING_FAILED: KnownFailure = {
  reason: 'processing_failed',
  message:
    'Pinterest could not process the video, and gives no reason. Re-encode it as H.264 in an MP4 and drop it again.',
  retryable: false,
};

const MEDIA_NOT_FOUND: KnownFailure = {
  reason: 'media_not_found',
  message: 'Pinterest does not know the media any more, though it took the upload. Retry the drop to upload it again.',
  retryable: true,
};

function timedOut(status: MediaStatus, deadlineSeconds: number): KnownFailure {
  const minutes = Math.round(deadlineSeconds / 6) / 10;
  const found =
    status === 'registered'
      ? `Pinterest had not noticed the upload ${minutes} min after it was acknowledged. Retry the drop.`
      : `Pinterest was still processing the video ${minutes} min after the upload. Look for it on Pinterest before you retry the drop.`;
  return { reason: 'timed_out', message: found, retryable: true };
}
