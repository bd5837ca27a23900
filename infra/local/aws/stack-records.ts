import type { DatabaseSync } from 'node:sqlite';
import { executionArn } from '../../../shared/upload/execution-arn.ts';
import type { EventEnvelope } from './observation.ts';
import type { Queue } from './sqs/queues.ts';
import type { EnteredState, ExecutionRow, ExecutionTable } from './step-functions/execution-table.ts';

/** A message in the drop queue: a drop without an execution so far. */
export interface WaitingMessage {
  /** S3's notification as JSON. */
  body: string;
  /** Why it cannot be received now: a function has it, or it waits for its next attempt. */
  inFlight?: 'with a function' | 'on purpose';
  /** When a message in flight becomes visible again: milliseconds since 1970. */
  visibleAt?: number;
}

/** A delivery of an event to a target that has not taken it. */
export interface DueDelivery {
  target: string;
  attempts: number;
  /** Milliseconds since 1970. */
  dueAt: number;
}

/**
 * Reads what the stack keeps of its uploads: messages in the queue, executions of the state machine, their events, and
 * deliveries that are due.
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

  /** All running executions, and the newest ended ones. @param ended maximum number of ended ones */
  executions(ended: number): ExecutionRow[] {
    return [...this.#executions.running(this.#machineArn), ...this.#executions.ended(this.#machineArn, ended)];
  }

  execution(uploadId: string): ExecutionRow | undefined {
    return this.#executions.get(this.#machineArn, uploadId);
  }

  /** The states that an upload's execution has entered, in order. */
  statesOf(uploadId: string): EnteredState[] {
    return this.#executions.statesOf(this.#machineArn, uploadId);
  }

  /** Number of executions that ended with each kind of final event, over all starts. */
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

  /** The final event of an upload's execution. */
  finalEventOf(uploadId: string): EventEnvelope | undefined {
    // The origin of an event begins with its execution; "0" is what follows "/", and a range uses the index.
    const execution = executionArn(this.#machineArn, uploadId);
    const row = this.#database
      .prepare('SELECT envelope FROM events WHERE origin >= ? AND origin < ? LIMIT 1')
      .get(`${execution}/`, `${execution}0`);
    return row && JSON.parse(String(row['envelope']));
  }

  /** All events whose detail names the upload, oldest first. */
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
