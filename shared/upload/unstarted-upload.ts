import type { Drop } from './drop.ts';
import type { FollowedUpload } from './execution.ts';

/** Wraps the original queue message of a drop. `readNotification` unwraps it and returns only the drop of this upload. */
interface UnstartedMessage {
  pindropUnstarted?: FollowedUpload;
  /** The drop's upload id in the notification, if the upload has another one. */
  pindropDrop?: string;
  /** The notification of the drop. */
  message: string;
}

/**
 * Makes a message that contains an upload whose execution could not be started. The function that receives it starts
 * the execution and does not upload the file again.
 * @param message the notification of the drop
 */
export function unstartedMessage(message: string, { uploadId }: Drop, followed: FollowedUpload): string {
  const pindropDrop = uploadId === followed.upload.uploadId ? undefined : uploadId;
  return JSON.stringify({ pindropUnstarted: followed, pindropDrop, message } satisfies UnstartedMessage);
}

/**
 * The upload that a message contains.
 * @param body a message with this drop
 * @returns undefined when the drop has not been uploaded yet
 */
export function unstartedUpload(body: string, drop: Drop): FollowedUpload | undefined {
  const { pindropUnstarted, pindropDrop } = JSON.parse(body) as UnstartedMessage;
  return (pindropDrop ?? pindropUnstarted?.upload.uploadId) === drop.uploadId ? pindropUnstarted : undefined;
}
