import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ingestTimeout } from './ingest-function.ts';
import type { Settings } from './settings.ts';

export interface DropQueueProps {
  settings: Pick<Settings, 'giveUpAfterHours' | 'uploadTimeoutMinutes'>;
}

/** How long a message is kept: what is not mended in that time is lost to the queue, so it is the longest there is. */
const RETENTION = Duration.days(14);

/** The drops that wait for their upload, and those that killed the function at every attempt. */
export class DropQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { settings }: DropQueueProps) {
    super(scope, id);
    const secure = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, retentionPeriod: RETENTION };
    this.deadLetters = new Queue(this, 'DeadLetterQueue', { ...secure, visibilityTimeout: Duration.minutes(5) });
    this.queue = new Queue(this, 'Queue', {
      ...secure,
      // The function holds a message by a lease of its own, far shorter; this is for one that dies before it took it.
      visibilityTimeout: ingestTimeout(settings).plus(Duration.seconds(10)),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: maxReceiveCount(settings.giveUpAfterHours) },
    });
  }
}

/**
 * Receives after which a message is a dead letter: more than the waits of faults that may pass can come to before the
 * give-up time ends them, so that only a function that dies without a word gets there. Waits grow to 15 minutes or an
 * eighth of the give-up time, jittered down to half of it: eight an hour or sixteen in all, and some while they grow.
 */
export function maxReceiveCount(giveUpAfterHours: number): number {
  return 25 + Math.ceil(giveUpAfterHours * 8);
}
