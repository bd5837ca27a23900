/**
 * The log messages for the steps of an upload. Each log line except `unreadable` and `ignored` has the uploadId, so one query for it
 * shows the complete history of a file. `npm start` shows the same lines. The comments list the other fields.
 */
export const UPLOAD_LOG = {
  /** bucket, key, versionId, size, attempt */
  received: 'drop received',
  /** messageId, reasons: why a message, or a record in it, cannot be read */
  unreadable: 'notification unreadable',
  /** bucket, key, because: an object that was put and is not uploaded */
  ignored: 'ignored',
  /** objectUploadId: the upload id from now on, because the object has no version id */
  identified: 'identified by its object',
  /** verdict */
  inspected: 'inspected',
  /** mediaId */
  registered: 'registered',
  /** sentBytes, sizeBytes, percent */
  uploading: 'uploading',
  uploaded: 'uploaded',
  /** waitSeconds, sinceUploadSeconds */
  following: 'following',
  /** polls, waitSeconds, sinceUploadSeconds */
  processing: 'not ended yet',
  /** polls, status */
  ended: 'ended',
  /** afterSeconds, because, blame, error */
  retrying: 'to be tried again',
  /** failure, blame, error */
  failed: 'failed for good',
  alreadyFollowed: 'already followed: nothing to do',
  /** error */
  unasked: 'Pinterest could not be asked',
} as const;
