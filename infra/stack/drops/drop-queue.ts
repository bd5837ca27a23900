import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Settings } from '../../settings.ts';
import { ingestTimeout } from './ingest-timeout.ts';

export interface DropQueueProps {
  settings: Pick<Settings, 'giveUpAfterHours' | 'maxBackoffSeconds' | 'uploadTimeoutMinutes'>;
}

/** The maximum that SQS allows. SQS deletes a message that is still in the queue after that. */
const RETENTION = Duration.days(14);

/** The highest maxReceiveCount that SQS accepts. */
const MOST_RECEIVES = 1000;

/**
 * The queue of drops that wait for their upload, and the dead-letter queue of drops whose function died at every
 * attempt.
 */
export class DropQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { settings }: DropQueueProps) {
    super(scope, id);
    const secure = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, retentionPeriod: RETENTION };
    this.deadLetters = new Queue(this, 'DeadLetterQueue', { ...secure, visibilityTimeout: Duration.minutes(5) });
    this.queue = new Queue(this, 'Queue', {
      ...secure,
      // The function sets a much shorter visibility timeout on each message. This one applies if it dies before that.
      visibilityTimeout: ingestTimeout(settings).plus(Duration.seconds(10)),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: maxReceiveCount(settings) },
    });
  }
}

/**
 * The number of receives after which SQS moves a message to the dead-letter queue. It is higher than the number of
 * retries that fit into the give-up time. Only a message whose function dies without reporting a result reaches it.
 * Jitter shortens a wait to half of the longest wait at most. The longest wait is an eighth of the give-up time or
 * less, so there may be 16 such waits or more, and some shorter ones before them while the back-off grows.
 */
export function maxReceiveCount({
  giveUpAfterHours,
  maxBackoffSeconds,
}: Pick<Settings, 'giveUpAfterHours' | 'maxBackoffSeconds'>): number {
  return Math.min(MOST_RECEIVES, 25 + Math.ceil((giveUpAfterHours * 3600) / (maxBackoffSeconds / 2)));
}
