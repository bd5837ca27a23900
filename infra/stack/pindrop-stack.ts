import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { EXAMPLES } from '../examples/examples.ts';
import { readSettings, type SettingsInput } from '../settings.ts';
import { keepNotificationsLog } from './drops/drop-bucket.ts';
import { Pindrop } from './pindrop.ts';

export interface PindropStackProps extends StackProps {
  settings: SettingsInput;
}

/** A stack of its own round {@link Pindrop}, with the outputs that commands and other programs go by. */
export class PindropStack extends Stack {
  constructor(scope: Construct, id: string, { settings, ...props }: PindropStackProps) {
    super(scope, id, { description: 'Uploads dropped videos to Pinterest and tells when they are ready', ...props });
    // `Default` leaves no trace in the names of what is inside.
    const pindrop = new Pindrop(this, 'Default', { settings });
    keepNotificationsLog(pindrop.bucket);
    const { eventBus: bus, tokenSecret: token, onCall } = pindrop;
    const read = readSettings(settings);
    for (const name of read.with) EXAMPLES[name](this, { settings: read, bus, token, onCall });
    const outputs = {
      DropBucketName: pindrop.bucket.bucketName,
      EventBusName: pindrop.eventBus.eventBusName,
      StateMachineArn: pindrop.stateMachine.stateMachineArn,
      QueueUrl: pindrop.queue.queueUrl,
      DeadLetterQueueUrl: pindrop.deadLetterQueue.queueUrl,
      TokenSecretArn: pindrop.tokenSecret.secretArn,
      PinterestApiUrl: read.pinterestApiUrl,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
