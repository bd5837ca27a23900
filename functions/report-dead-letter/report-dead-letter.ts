import type { FinalEventDetail } from '../../shared/events/events.ts';
import type { Drop } from '../../shared/upload/drop.ts';
import { finalEvent, recordOf } from '../../shared/upload/execution.ts';
import type { Executions } from '../aws/executions.ts';
import { gaveUp } from '../outcome/decide.ts';

export interface DeadLetterPorts {
  executions: Executions;
  now: () => Date;
}

/**
 * Brings about the failed final event of a drop whose message killed the ingest function again and again.
 * @returns the event; undefined when the drop had an execution before: it has, or gets, its final event from there
 */
export async function reportDeadLetter(
  drop: Drop,
  { executions, now }: DeadLetterPorts,
): Promise<FinalEventDetail | undefined> {
  if (await executions.exists(drop.uploadId)) return undefined;
  const upload = recordOf(drop);
  const ageSeconds = (now().getTime() - Date.parse(drop.droppedAt)) / 1000;
  const failure = gaveUp('the function that uploads it died at every attempt; its log says why.', ageSeconds);
  const event = finalEvent(upload, 0, now(), { status: 'failed', failure });
  const started = await executions.start({ upload, polls: 0, waitSeconds: 0, deadLetter: true, finalEvent: event });
  return started ? event.detail : undefined;
}
