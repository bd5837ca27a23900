import type { DroppedObject, FinalEventDetail, KnownFailure, Timeline } from '../events/events.ts';
import { DETAIL_TYPE } from '../events/names.ts';
import type { Drop } from './drop.ts';

/** What is known of an upload before it ends; what the final event is made of. */
export interface UploadRecord {
  uploadId: string;
  mediaId?: string;
  object: DroppedObject;
  timeline: Omit<Timeline, 'completedAt'>;
}

/** What is known of a drop before its object was looked at. */
export function recordOf({ uploadId, bucket, key, versionId, eTag, size, droppedAt }: Drop): UploadRecord {
  const version = versionId === undefined ? {} : { versionId };
  return { uploadId, object: { bucket, key, ...version, eTag, size, metadata: {} }, timeline: { droppedAt } };
}

/** The final event as the state machine puts it on the bus. */
export interface FinalEvent {
  detailType: (typeof DETAIL_TYPE)[keyof typeof DETAIL_TYPE];
  detail: FinalEventDetail;
}

/**
 * Input of the state machine `media-status`, and what it hands from state to state.
 * An upload that failed before anything could be polled comes with its final event.
 */
export interface FollowedUpload {
  upload: UploadRecord;
  /** Times that it was asked how far the upload is, by itself or with others in one request. */
  polls: number;
  /** Whole seconds until the next poll. */
  waitSeconds: number;
  /** ISO 8601: the first of the polls in a row that Pinterest answered with 404. */
  notFoundSince?: string;
  /** Polls in a row that failed: the waits between them grow with it. */
  faults?: number;
  /** ISO 8601: the first of the polls in a row that failed. The give-up time counts from it. */
  faultsSince?: string;
  /** True for a drop that killed the ingest function at every attempt. */
  deadLetter?: true;
  finalEvent?: FinalEvent;
}

type Outcome = { status: 'succeeded' } | { status: 'failed'; failure: KnownFailure };

/** The one place where final events are made. */
export function finalEvent(upload: UploadRecord, polls: number, completedAt: Date, outcome: Outcome): FinalEvent {
  const shared = {
    version: '1' as const,
    uploadId: upload.uploadId,
    mediaType: 'video' as const,
    object: upload.object,
    timeline: { ...upload.timeline, completedAt: completedAt.toISOString() },
    polls,
  };
  if (outcome.status === 'failed') {
    const { failure } = outcome;
    const media = upload.mediaId === undefined ? {} : { mediaId: upload.mediaId };
    return { detailType: DETAIL_TYPE.failed, detail: { ...shared, ...media, status: 'failed', failure } };
  }
  if (upload.mediaId === undefined) throw new Error(`The upload ${upload.uploadId} succeeded without a media id.`);
  return { detailType: DETAIL_TYPE.succeeded, detail: { ...shared, mediaId: upload.mediaId, status: 'succeeded' } };
}
