import type { DatabaseSync } from 'node:sqlite';
import type { LocalQueues, Queue, ReceivedMessage } from '../sqs/queues.ts';
import { LOCAL_REGION } from '../template/stack-environment.ts';
import { type Unfinished, unfinished } from '../unfinished.ts';
import type { LocalFunction } from './local-function.ts';

export interface EventSourceMapping {
  queueArn: string;
  fn: LocalFunction;
  batchSize: number;
  /** Maximum number of batches that are processed at the same time. */
  maximumConcurrency: number;
  reportBatchItemFailures: boolean;
}

const POLL_SECONDS = 20;

/**
 * Lambda's event source mapping for queues. It receives messages, invokes the function, and deletes the messages that
 * succeeded. A failed message stays invisible until its visibility timeout ends. The function may set that timeout.
 *
 * When the process is killed, its functions die too, and the messages that they were processing would stay invisible.
 * The database therefore lists the failed messages, which wait for a retry. The next start makes all other messages in
 * flight visible immediately.
 */
export class EventSource {
  readonly #mapping: EventSourceMapping;
  readonly #queue: Queue;
  readonly #queues: LocalQueues;
  readonly #database: DatabaseSync;
  #stopped = false;

  constructor(mapping: EventSourceMapping, queues: LocalQueues, database: DatabaseSync) {
    this.#mapping = mapping;
    this.#queues = queues;
    this.#queue = queues.byArn(mapping.queueArn);
    this.#database = database;
  }

  start(): void {
    const waiting = this.#waiting();
    for (const { message, receiptHandle } of [...this.#queue.inflightMessages.values()]) {
      if (!waiting.has(message.messageId)) this.#queue.changeVisibility(receiptHandle, 0);
    }
    for (let poller = 0; poller < this.#mapping.maximumConcurrency; poller++) void this.#poll();
  }

  /** The messages in the queue. For a failed message, `againAt` is the time at which it becomes visible again. */
  unfinished(): Unfinished[] {
    const { ready, delayed, inflight } = this.#queue.inspectMessages();
    const waiting = this.#waiting();
    return [
      ...[...ready, ...delayed].map(({ body }) => unfinished(this.#queue.name, body, undefined)),
      ...inflight.map(({ message: { messageId, body }, visibilityDeadline }) =>
        unfinished(this.#queue.name, body, waiting.has(messageId) ? visibilityDeadline : undefined),
      ),
    ];
  }

  stop(): void {
    this.#stopped = true;
    this.#queue.cancelWaiters();
  }

  async #poll(): Promise<void> {
    while (!this.#stopped) {
      const messages = this.#queue.dequeue(this.#mapping.batchSize, undefined, (arn) => this.#queues.byArn(arn));
      if (messages.length === 0) await this.#queue.waitForMessages(POLL_SECONDS);
      else await this.#work(messages);
    }
  }

  async #work(messages: ReceivedMessage[]): Promise<void> {
    for (const { MessageId } of messages) this.#note('DELETE FROM waiting_messages WHERE message_id = ?', MessageId);
    const failed = await this.#failuresAmong(messages);
    // If the stack was stopped, its functions were killed. The next start makes their messages visible again.
    if (this.#stopped) return;
    for (const { MessageId, ReceiptHandle } of messages) {
      if (failed.has(MessageId)) this.#note('INSERT OR IGNORE INTO waiting_messages VALUES (?)', MessageId);
      else this.#queue.deleteMessage(ReceiptHandle);
    }
  }

  async #failuresAmong(messages: ReceivedMessage[]): Promise<Set<string>> {
    const all = new Set(messages.map(({ MessageId }) => MessageId));
    try {
      const Records = messages.map((message) => this.#record(message));
      const answer = (await this.#mapping.fn.invoke({ Records })) as {
        batchItemFailures?: { itemIdentifier: string }[];
      } | null;
      const failures = this.#mapping.reportBatchItemFailures ? (answer?.batchItemFailures ?? []) : [];
      return new Set(failures.map(({ itemIdentifier }) => itemIdentifier));
    } catch {
      return all;
    }
  }

  /** @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
  #record({ MessageId, ReceiptHandle, Body, MD5OfBody }: ReceivedMessage) {
    const message = this.#queue.inflightMessages.get(ReceiptHandle)?.message;
    return {
      messageId: MessageId,
      receiptHandle: ReceiptHandle,
      body: Body,
      attributes: {
        ApproximateReceiveCount: String(message?.approximateReceiveCount ?? 1),
        SentTimestamp: String(message?.sentTimestamp ?? 0),
        SenderId: 'local',
        ApproximateFirstReceiveTimestamp: String(message?.approximateFirstReceiveTimestamp ?? 0),
      },
      messageAttributes: {},
      md5OfBody: MD5OfBody,
      eventSource: 'aws:sqs',
      eventSourceARN: this.#queue.arn,
      awsRegion: LOCAL_REGION,
    };
  }

  #waiting(): Set<unknown> {
    const rows = this.#database.prepare('SELECT message_id FROM waiting_messages').all();
    return new Set(rows.map((row) => row['message_id']));
  }

  #note(statement: string, messageId: string): void {
    this.#database.prepare(statement).run(messageId);
  }
}
