import type { Drop } from './drop.ts';
import type { FollowedUpload } from './execution.ts';

/** Wraps the original queue message of a drop. `readNotification` unwraps it and returns only the drop of this upload. */
interface UnstartedMessage {
  pindropUnstarted?: FollowedUpload;
  /** The notification of the drop. */
  message: string;
}

/**
 * Makes a message that contains an upload whose execution could not be started. The function that receives it starts
 * the execution and does not upload the file again.
 * @param message the notification of the drop
 */
export function unstartedMessage(message: string, followed: FollowedUpload): string {
  return JSON.stringify({ pindropUnstarted: followed, message } satisfies UnstartedMessage);
}

/**
 * The upload that a message contains.
 * @param body a message with this drop
 * @returns undefined when the drop has not been uploaded yet
 */
export function unstartedUpload(body: string, drop: Drop): FollowedUpload | undefined {
  const { pindropUnstarted } = JSON.parse(body) as UnstartedMessage;
  return pindropUnstarted?.upload.uploadId === drop.uploadId ? pindropUnstarted : undefined;
}
