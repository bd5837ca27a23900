import type { DatabaseSync } from 'node:sqlite';
import { executionArn } from '../../../shared/upload/execution-arn.ts';
import type { EventEnvelope } from './observation.ts';
import type { Queue } from './sqs/queues.ts';
import type { EnteredState, ExecutionRow, ExecutionTable } from './step-functions/execution-table.ts';

/** A message in the drop queue: a drop that has no execution yet. */
export interface WaitingMessage {
  /** S3's notification as JSON. */
  body: string;
  /** Why the message cannot be received now: a function is processing it, or it waits for its next attempt. */
  inFlight?: 'with a function' | 'on purpose';
  /** The time at which a message in flight becomes visible again, in milliseconds since 1970. */
  visibleAt?: number;
}

/** A pending delivery of an event: the target has not accepted the event yet. */
export interface DueDelivery {
  target: string;
  attempts: number;
  /** Milliseconds since 1970. */
  dueAt: number;
}

/**
 * Reads the stored data about the uploads: messages in the queue, executions of the state machine, their events, and
 * pending deliveries.
 */
export class StackRecords {
  readonly #database: DatabaseSync;
  readonly #executions: ExecutionTable;
  readonly #machineArn: string;
  /** Absent without the example publish-pin. */
  readonly #pinMachineArn: string | undefined;
  readonly #queue: () => Queue;

  constructor(
    database: DatabaseSync,
    executions: ExecutionTable,
    { machineArn, pinMachineArn }: { machineArn: string; pinMachineArn?: string },
    queue: () => Queue,
  ) {
    this.#database = database;
    this.#executions = executions;
    this.#machineArn = machineArn;
    this.#pinMachineArn = pinMachineArn;
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

  /** All running executions, and the newest ended executions. @param ended maximum number of ended executions */
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

  /** Number of ended executions by the status of their final event, over all starts. Without a final event: failed. */
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
    // The origin of an event starts with its execution's ARN and "/". "0" follows "/" in ASCII. The query is a
    // range so that it uses the index.
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

  /** ISO 8601: when the upload's Pin is due, if the example publish-pin waits for it. */
  pinDueAt(uploadId: string): string | undefined {
    const execution = this.#executions.get(this.#pinMachineArn ?? '', uploadId);
    if (execution?.status !== 'RUNNING') return undefined;
    const { dueAt }: { dueAt?: string } = JSON.parse(execution.stateInput ?? '{}');
    return dueAt;
  }

  deliveriesOf(eventId: string): DueDelivery[] {
    const rows = this.#database
      .prepare('SELECT target, attempts, due_at AS dueAt FROM deliveries WHERE event_id = ?')
      .all(eventId);
    return rows as unknown as DueDelivery[];
  }
}
