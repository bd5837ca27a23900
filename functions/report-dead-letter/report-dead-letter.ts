import type { FinalEventDetail } from '../../shared/events/events.ts';
import type { Drop } from '../../shared/upload/drop.ts';
import { type FollowedUpload, finalEvent, recordOf } from '../../shared/upload/execution.ts';
import type { Executions } from '../aws/executions.ts';
import { gaveUp } from '../outcome/decide.ts';

export interface DeadLetterPorts {
  executions: Executions;
  now: () => Date;
}

export interface KnownAboutDrop {
  /** The name of the Pinterest account, with the setting `accounts`. */
  account?: string;
  /** The upload of an earlier attempt, if the file was uploaded but its execution could not be started. */
  unstarted?: FollowedUpload;
  /** The error code of EventBridge, if it could not put the event of the drop into the queue. */
  undelivered?: string;
}

/**
 * Starts the execution of a drop for which `ingest` reached no outcome.
 * @returns the final event, with status failed, that the new execution emits. Undefined when the execution already
 * existed, or when `unstarted` is given: then the execution polls the upload, and its outcome is not known yet.
 * @throws any error of the request that checks for the execution or starts it
 */
export async function reportDeadLetter(
  drop: Drop,
  { executions, now }: DeadLetterPorts,
  { account, unstarted, undelivered }: KnownAboutDrop = {},
): Promise<FinalEventDetail | undefined> {
  if (await executions.exists(drop.uploadId)) return undefined;
  // The execution of an object without version id has another name than the drop, and the object may be gone.
  if (drop.provisional && !unstarted && (await executions.existsForObject?.(drop))) return undefined;
  const followed = unstarted ?? failedUpload(drop, now(), { account, undelivered });
  return (await executions.start(followed)) ? followed.finalEvent?.detail : undefined;
}

function failedUpload(drop: Drop, now: Date, { account, undelivered }: KnownAboutDrop): FollowedUpload {
  const upload = recordOf(drop, account);
  const ageSeconds = (now.getTime() - Date.parse(drop.droppedAt)) / 1000;
  const because =
    undelivered === undefined
      ? 'the function ingest died at every attempt; its log has the cause.'
      : `EventBridge could not put the event of the drop into the queue of drops (${undelivered}): check the queue's policy.`;
  const failure = gaveUp(because, ageSeconds);
  const event = finalEvent(upload, 0, now, { status: 'failed', failure });
  return { upload, polls: 0, waitSeconds: 0, deadLetter: true, finalEvent: event };
}
