import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Settings } from '../../settings.ts';
import { ingestTimeout } from './ingest-timeout.ts';

export interface DropQueueProps {
  settings: Pick<Settings, 'giveUpAfterHours' | 'maxBackoffSeconds' | 'uploadTimeoutMinutes'>;
}

/** SQS's maximum. A message that is not handled by then is deleted. */
const RETENTION = Duration.days(14);

/** What SQS takes. */
const MOST_RECEIVES = 1000;

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
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: maxReceiveCount(settings) },
    });
  }
}

/**
 * Receives after which a message is a dead letter: more than the waits of faults that may pass can come to before the
 * give-up time ends them, so that only a function that dies without a word gets there. Waits are jittered down to half of
 * the longest, which is an eighth of the give-up time at most: sixteen in all or more, and some while they grow.
 */
export function maxReceiveCount({
  giveUpAfterHours,
  maxBackoffSeconds,
}: Pick<Settings, 'giveUpAfterHours' | 'maxBackoffSeconds'>): number {
  return Math.min(MOST_RECEIVES, 25 + Math.ceil((giveUpAfterHours * 3600) / (maxBackoffSeconds / 2)));
}
