import type { DatabaseSync } from 'node:sqlite';
import { executionArn } from '../../../shared/upload/execution-arn.ts';
import type { EventEnvelope } from './observation.ts';
import type { Queue } from './sqs/queues.ts';
import type { EnteredState, ExecutionRow, ExecutionTable } from './step-functions/execution-table.ts';

/** A message that is in the drop queue: a drop that no execution follows yet. */
export interface WaitingMessage {
  /** S3's notification as JSON. */
  body: string;
  /** Why it is not free to be received: a function works at it, or it is tried again later. */
  inFlight?: 'with a function' | 'on purpose';
  /** When one that is in flight is received again unless it is deleted: milliseconds since 1970. */
  visibleAt?: number;
}

/** A delivery that is still due. */
export interface DueDelivery {
  target: string;
  attempts: number;
  /** Milliseconds since 1970. */
  dueAt: number;
}

/**
 * What the stack keeps of its uploads, for whoever shows it: what waits in the queue, the executions of the state
 * machine, their events and the deliveries that are due. Nothing here writes.
 */
export class StackRecords {
  readonly #database: DatabaseSync;
  readonly #executions: ExecutionTable;
  readonly #machineArn: string;
  readonly #queue: () => Queue;

  constructor(database: DatabaseSync, executions: ExecutionTable, machineArn: string, queue: () => Queue) {
    this.#database = database;
    this.#executions = executions;
    this.#machineArn = machineArn;
    this.#queue = queue;
  }

  waiting(): WaitingMessage[] {
    const { ready, delayed, inflight } = this.#queue().inspectMessages();
    const rows = this.#database.prepare('SELECT message_id FROM waiting_messages').all();
    const onPurpose = new Set(rows.map((row) => row['message_id']));
    return [
      ...[...ready, ...delayed].map(({ body }) => ({ body })),
      ...inflight.map(({ message: { body, messageId }, visibilityDeadline: visibleAt }) => ({
        body,
        inFlight: onPurpose.has(messageId) ? ('on purpose' as const) : ('with a function' as const),
        visibleAt,
      })),
    ];
  }

  /** All that run, and the newest of those that have ended. @param ended how many of these at most */
  executions(ended: number): ExecutionRow[] {
    return [...this.#executions.running(this.#machineArn), ...this.#executions.ended(this.#machineArn, ended)];
  }

  execution(uploadId: string): ExecutionRow | undefined {
    return this.#executions.get(this.#machineArn, uploadId);
  }

  /** The states that an upload's execution has entered, in their order. */
  statesOf(uploadId: string): EnteredState[] {
    return this.#executions.statesOf(this.#machineArn, uploadId);
  }

  /** How many executions ended with which final event, since there is state. */
  endings(): { succeeded: number; failed: number } {
    const rows = this.#database
      .prepare(
        `SELECT coalesce(json_extract(output, '$.finalEvent.detail.status'), 'failed') AS ending, count(*) AS count
         FROM executions WHERE machine_arn = ? AND status <> 'RUNNING' GROUP BY ending`,
      )
      .all(this.#machineArn);
    const counts = Object.fromEntries(rows.map(({ ending, count }) => [String(ending), Number(count)]));
    return { succeeded: counts['succeeded'] ?? 0, failed: counts['failed'] ?? 0 };
  }

  /** The final event that an upload's execution put. */
  finalEventOf(uploadId: string): EventEnvelope | undefined {
    // The origin of an event begins with its execution; "0" is what follows "/", and a range uses the index.
    const execution = executionArn(this.#machineArn, uploadId);
    const row = this.#database
      .prepare('SELECT envelope FROM events WHERE origin >= ? AND origin < ? LIMIT 1')
      .get(`${execution}/`, `${execution}0`);
    return row && JSON.parse(String(row['envelope']));
  }

  /** Everything on the buses whose detail names the upload, in the order in which it was put. */
  eventsOf(uploadId: string): EventEnvelope[] {
    const rows = this.#database
      .prepare("SELECT envelope FROM events WHERE json_extract(envelope, '$.detail.uploadId') = ? ORDER BY rowid")
      .all(uploadId);
    return rows.map(({ envelope }) => JSON.parse(String(envelope)));
  }

  deliveriesOf(eventId: string): DueDelivery[] {
    const rows = this.#database
      .prepare('SELECT target, attempts, due_at AS dueAt FROM deliveries WHERE event_id = ?')
      .all(eventId);
    return rows as unknown as DueDelivery[];
  }
}
