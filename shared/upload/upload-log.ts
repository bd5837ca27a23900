/**
 * What the functions log of an upload, step by step, each line with its uploadId. One query for that id is the file's
 * life; `npm start` shows the same lines to a person.
 */
export const UPLOAD_LOG = {
  /** bucket, key, versionId, size, attempt */
  received: 'drop received',
  /** reasons: of a message, or of a record beside drops */
  unreadable: 'notification unreadable',
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
  /** afterSeconds, because, blame */
  retrying: 'to be tried again',
  /** failure, blame */
  failed: 'failed for good',
  alreadyFollowed: 'already followed: nothing to do',
  /** waitSeconds */
  unasked: 'Pinterest could not be asked',
} as const;
