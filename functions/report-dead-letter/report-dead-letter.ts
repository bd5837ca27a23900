import type { FinalEventDetail } from '../../shared/events/events.ts';
import type { Drop } from '../../shared/upload/drop.ts';
import { type FollowedUpload, finalEvent, recordOf } from '../../shared/upload/execution.ts';
import type { Executions } from '../aws/executions.ts';
import { gaveUp } from '../outcome/decide.ts';

export interface DeadLetterPorts {
  executions: Executions;
  now: () => Date;
}

export type DeadLetterOutcome =
  /** The drop has an execution, which emits its final event. */
  | { outcome: 'already-followed' }
  /** The file is with Pinterest: the execution that could not be started before follows it now. */
  | { outcome: 'followed' }
  /** The execution emits this final event. */
  | { outcome: 'failed'; event: FinalEventDetail };

/**
 * Starts the execution of a drop about which `ingest` could not decide anything.
 * @param unstarted the upload, if it was made before and only its execution could not be started
 * @throws what keeps an execution from being looked up or started
 */
export async function reportDeadLetter(
  drop: Drop,
  { executions, now }: DeadLetterPorts,
  unstarted?: FollowedUpload,
): Promise<DeadLetterOutcome> {
  if (await executions.exists(drop.uploadId)) return { outcome: 'already-followed' };
  const followed = unstarted ?? failedUpload(drop, now());
  if (!(await executions.start(followed))) return { outcome: 'already-followed' };
  const event = followed.finalEvent?.detail;
  return event ? { outcome: 'failed', event } : { outcome: 'followed' };
}

function failedUpload(drop: Drop, now: Date): FollowedUpload {
  const upload = recordOf(drop);
  const ageSeconds = (now.getTime() - Date.parse(drop.droppedAt)) / 1000;
  const failure = gaveUp('the function that uploads it died at every attempt; its log says why.', ageSeconds);
  const event = finalEvent(upload, 0, now, { status: 'failed', failure });
  return { upload, polls: 0, waitSeconds: 0, deadLetter: true, finalEvent: event };
}
