import type {
  DroppedObject,
  MediaUploadFailed,
  MediaUploadFailedEvent,
  MediaUploadSucceeded,
  MediaUploadSucceededEvent,
} from './events.ts';
import { DETAIL_TYPE, EVENT_SOURCE, type FailureReason } from './names.ts';

const object: DroppedObject = {
  bucket: 'pindrop-dropbucket',
  key: 'spring/lookbook 1.mp4',
  versionId: '3HL4kqtJvjVBH40Nrjfkd',
  eTag: '9b2cf535f27731c974343645a3985328',
  size: 20_971_520,
  contentType: 'video/mp4',
  metadata: { board: '549755885175', title: 'Spring lookbook' },
};

const droppedAt = '2026-03-01T09:00:00.000Z';
const registeredAt = '2026-03-01T09:00:01.204Z';
const uploadedAt = '2026-03-01T09:00:04.871Z';
const completedAt = '2026-03-01T09:00:52.310Z';

/** An example of the detail of `Media Upload Succeeded`. */
export const mediaUploadSucceededExample: MediaUploadSucceeded = {
  version: '1',
  uploadId: 'lookbook-1-mp4-0f3a9c5d7e1b42668f90a1b2c3d4e5f6',
  status: 'succeeded',
  mediaId: '5212345678901234567',
  mediaType: 'video',
  object,
  timeline: { droppedAt, registeredAt, uploadedAt, completedAt },
  polls: 4,
};

const messages: Record<
  FailureReason,
  { message: string; retryable: boolean; reached: 'drop' | 'registration' | 'upload' }
> = {
  rejected_file: {
    message:
      'The video is 16 min long; Pinterest accepts 4 s to 15 min. Convert it with ffmpeg -i in.mp4 -t 899 -c copy -movflags +faststart out.mp4 and drop the result.',
    retryable: false,
    reached: 'drop',
  },
  source_missing: {
    message: 'The object was deleted before it could be uploaded. Drop it again if it is still wanted.',
    retryable: false,
    reached: 'drop',
  },
  source_changed: {
    message: 'The object was overwritten before it could be uploaded. The newer object has an upload of its own.',
    retryable: false,
    reached: 'drop',
  },
  source_unreadable: {
    message:
      "The object is archived, and S3 does not return it (403 InvalidObjectState: The operation is not valid for the object's storage class). Restore it and retry the drop, or drop a copy in another storage class.",
    retryable: true,
    reached: 'drop',
  },
  registration_refused: {
    message:
      'Pinterest refused to register the media (403, code 29). It says: "You are not permitted to access that resource." Check that the token has the scopes pins:read and pins:write and that the app has more than trial access, then retry the drop.',
    retryable: true,
    reached: 'drop',
  },
  upload_refused: {
    message:
      "The upload was refused (400 EntityTooLarge): the file is too large for Pinterest's form. Drop a re-encoded file.",
    retryable: false,
    reached: 'registration',
  },
  processing_failed: {
    message:
      'Pinterest could not process the video, and gives no reason. Re-encode it as H.264 in an MP4 and drop it again.',
    retryable: false,
    reached: 'upload',
  },
  timed_out: {
    message:
      'Pinterest was still processing the video 60 min after the upload. Look for it on Pinterest before you retry the drop.',
    retryable: true,
    reached: 'upload',
  },
  media_not_found: {
    message: 'Pinterest accepted the upload, but does not know the media any more. Retry the drop to upload it again.',
    retryable: true,
    reached: 'upload',
  },
  gave_up: {
    message:
      'Pindrop gave up 24 h after the drop: Pinterest did not answer. The file is still in the bucket: retry it once the cause is fixed.',
    retryable: true,
    reached: 'drop',
  },
};

function failedExample(reason: FailureReason): MediaUploadFailed {
  const { message, retryable, reached } = messages[reason];
  return {
    version: '1',
    uploadId: mediaUploadSucceededExample.uploadId,
    status: 'failed',
    ...(reached === 'drop' ? {} : { mediaId: mediaUploadSucceededExample.mediaId }),
    mediaType: 'video',
    object,
    timeline: {
      droppedAt,
      ...(reached === 'drop' ? {} : { registeredAt }),
      ...(reached === 'upload' ? { uploadedAt } : {}),
      completedAt,
    },
    polls: reached === 'upload' ? 4 : 0,
    failure: { reason, message, retryable },
  };
}

/** For each failure reason, an example of the detail of `Media Upload Failed`. */
export const mediaUploadFailedExamples = Object.fromEntries(
  (Object.keys(messages) as FailureReason[]).map((reason) => [reason, failedExample(reason)]),
) as Record<FailureReason, MediaUploadFailed>;

/** The EventBridge envelope of the examples. */
export const exampleEnvelope = {
  version: '0' as const,
  id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
  source: EVENT_SOURCE,
  account: '123456789012',
  time: '2026-03-01T09:00:52Z',
  region: 'eu-west-1',
  resources: [
    `arn:aws:states:eu-west-1:123456789012:execution:MediaStatusMachine:${mediaUploadSucceededExample.uploadId}`,
    'arn:aws:states:eu-west-1:123456789012:stateMachine:MediaStatusMachine',
  ],
} satisfies Partial<MediaUploadSucceededEvent>;

/** A complete `Media Upload Succeeded` event, as the target of a rule receives it. */
export const mediaUploadSucceededEventExample: MediaUploadSucceededEvent = {
  ...exampleEnvelope,
  'detail-type': DETAIL_TYPE.succeeded,
  detail: mediaUploadSucceededExample,
};

/** For each failure reason, an example of the complete `Media Upload Failed` event. */
export const mediaUploadFailedEventExamples = Object.fromEntries(
  Object.entries(mediaUploadFailedExamples).map(([reason, detail]) => [
    reason,
    { ...exampleEnvelope, 'detail-type': DETAIL_TYPE.failed, detail },
  ]),
) as Record<FailureReason, MediaUploadFailedEvent>;
