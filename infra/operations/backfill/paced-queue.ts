import { setTimeout as sleep } from 'node:timers/promises';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { OperationError } from '../operation-error.ts';
import { queueDepth } from '../stack-health.ts';
import { outputOf } from '../stack-outputs.ts';
import type { StackPorts } from '../stack-ports.ts';

/**
 * The most messages that a backfill leaves in the queue. A file that is dropped meanwhile waits for these at most, each
 * file is tried long before its give-up time, and an interrupted backfill repeats no more than these.
 */
export const MOST_IN_QUEUE = 100;

/** The most messages of one SendMessageBatch. */
const BATCH = 10;
/** How often a batch is sent again if SQS refuses some of its messages. */
const TRIES = 5;

export interface PacedQueueOptions {
  /** Called when the queue is full. @param depth messages in the queue, also those in flight */
  onWait?: (depth: number) => void;
  signal?: AbortSignal;
}

/** Sends messages to the queue of drops, and waits while too many are in it. */
export class PacedQueue {
  readonly #ports: StackPorts;
  readonly #url: string;
  readonly #options: PacedQueueOptions;
  /** SQS counts its messages late, so they are not counted often. The local queue counts exactly. */
  readonly #pauseMs: number;
  #room = 0;
  #measuredAt = 0;

  constructor(ports: StackPorts, options: PacedQueueOptions = {}) {
    this.#ports = ports;
    this.#url = outputOf(ports, 'QueueUrl');
    this.#options = options;
    this.#pauseMs = ports.local ? 500 : 5000;
  }

  /**
   * @param bodies make the messages. They are called when there is room in the queue: the give-up time of a file begins
   * with its message.
   * @throws OperationError when SQS refuses a message again and again
   */
  async send(bodies: (() => string)[]): Promise<void> {
    for (let at = 0; at < bodies.length; ) {
      await this.#waitForRoom();
      const batch = bodies.slice(at, at + Math.min(BATCH, this.#room));
      await this.#sendBatch(batch.map((body) => body()));
      this.#room -= batch.length;
      at += batch.length;
    }
  }

  async #waitForRoom(): Promise<void> {
    while (this.#room <= 0) {
      await sleep(Math.max(0, this.#measuredAt + this.#pauseMs - Date.now()), undefined, this.#options);
      const { ready, inFlight } = await queueDepth(this.#url, this.#ports);
      this.#measuredAt = Date.now();
      this.#room = MOST_IN_QUEUE - ready - inFlight;
      if (this.#room <= 0) this.#options.onWait?.(ready + inFlight);
    }
  }

  async #sendBatch(bodies: string[]): Promise<void> {
    let left = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
    for (let tries = 1; ; tries++) {
      const { Failed = [] } = await this.#ports.sqs.send(
        new SendMessageBatchCommand({ QueueUrl: this.#url, Entries: left }),
      );
      const [refused] = Failed;
      if (!refused) return;
      if (tries === TRIES) throw new OperationError(`SQS refuses a message: ${refused.Code} ${refused.Message ?? ''}.`);
      const failed = new Set(Failed.map(({ Id }) => Id));
      left = left.filter(({ Id }) => failed.has(Id));
    }
  }
}
