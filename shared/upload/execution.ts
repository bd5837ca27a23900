import type { DroppedObject, FinalEventDetail, KnownFailure, Sidecar, Timeline } from '../events/events.ts';
import { DETAIL_TYPE } from '../events/names.ts';
import type { Drop } from './drop.ts';

/** The data about an upload before it ends. The final event is made from it. */
export interface UploadRecord {
  uploadId: string;
  /** The Pinterest account of the upload. Absent without the setting `accounts`. */
  account?: string;
  mediaId?: string;
  object: DroppedObject;
  /** The JSON object stored beside the video, as the last attempt read it. */
  sidecar?: Sidecar;
  timeline: Omit<Timeline, 'completedAt'>;
}

/**
 * The record of a drop before its object was inspected.
 * @param account the name of the Pinterest account; undefined without the setting `accounts`
 */
export function recordOf(
  { uploadId, bucket, key, versionId, eTag, size, droppedAt }: Drop,
  account?: string,
): UploadRecord {
  const version = versionId === undefined ? {} : { versionId };
  return {
    uploadId,
    ...(account !== undefined && { account }),
    object: { bucket, key, ...version, eTag, size, metadata: {} },
    timeline: { droppedAt },
  };
}

/** The final event as the state machine puts it on the bus. */
export interface FinalEvent {
  detailType: (typeof DETAIL_TYPE)[keyof typeof DETAIL_TYPE];
  detail: FinalEventDetail;
}

/**
 * The input of the state machine `media-status`, and the payload that it passes from state to state. If the upload
 * failed before the first poll, the input already contains the final event.
 */
export interface FollowedUpload {
  upload: UploadRecord;
  /** Number of polls for this upload, whether alone or together with other uploads in one request. */
  polls: number;
  /** Whole seconds until the next poll. */
  waitSeconds: number;
  /** ISO 8601: time of the first of the consecutive polls that Pinterest answered with 404. */
  notFoundSince?: string;
  /** Number of consecutive failed polls. The waits between polls grow with it. */
  faults?: number;
  /** ISO 8601: time of the first of the consecutive failed polls. The give-up time counts from it. */
  faultsSince?: string;
  /** True for a drop whose ingest function crashed at every attempt. */
  deadLetter?: true;
  finalEvent?: FinalEvent;
}

type Outcome = { status: 'succeeded' } | { status: 'failed'; failure: KnownFailure };

/** Makes a final event. No other function makes one. */
export function finalEvent(upload: UploadRecord, polls: number, completedAt: Date, outcome: Outcome): FinalEvent {
  const shared = {
    version: '1' as const,
    uploadId: upload.uploadId,
    ...(upload.account !== undefined && { account: upload.account }),
    mediaType: 'video' as const,
    object: upload.object,
    ...(upload.sidecar && { sidecar: upload.sidecar }),
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
