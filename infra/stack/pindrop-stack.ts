import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { EXAMPLES } from '../examples/examples.ts';
import { ACCOUNTS_OUTPUT } from '../output-tags.ts';
import { readSettings, type Settings } from '../settings.ts';
import { secretsByName } from './accounts/account.ts';
import { keepNotificationsLog } from './drops/drop-notifications.ts';
import type { NodeFunction } from './function/node-function.ts';
import { Pindrop } from './pindrop.ts';

export interface PindropStackProps extends StackProps {
  /** The settings of docs/settings.md. */
  settings: object;
}

/** A stack with {@link Pindrop}, the examples, and the outputs that commands and other programs use. */
export class PindropStack extends Stack {
  /** The settings with their defaults. */
  readonly settings: Settings;

  constructor(scope: Construct, id: string, { settings: given, ...props }: PindropStackProps) {
    const settings = readSettings(given);
    super(scope, id, {
      description: 'Uploads dropped videos to Pinterest and reports when they are ready',
      stackName: settings.stackName,
      ...props,
    });
    this.settings = settings;
    // CDK leaves the id `Default` out of the names of the resources.
    const pindrop = new Pindrop(this, 'Default', { settings });
    keepNotificationsLog(pindrop.bucket);
    const { eventBus: bus, accounts, alarmTopic: topic } = pindrop;
    const onCall = { runbookUrl: settings.runbookUrl, topic };
    // The construct does not publish its functions. Only the examples of this repository extend one.
    const ingest = pindrop.node.findChild('Ingest') as NodeFunction;
    const example = { settings, bucket: pindrop.bucket, ingest, bus, accounts, onCall };
    for (const name of settings.with) EXAMPLES[name](this, example);
    const outputs = {
      DropBucketName: pindrop.bucket.bucketName,
      EventBusName: pindrop.eventBus.eventBusName,
      StateMachineArn: pindrop.stateMachine.stateMachineArn,
      QueueUrl: pindrop.queue.queueUrl,
      DeadLetterQueueUrl: pindrop.deadLetterQueue.queueUrl,
      TokenSecretArn: pindrop.tokenSecret.secretArn,
      PinterestApiUrl: settings.pinterestApiUrl,
    };
    const secrets = secretsByName(accounts);
    if (Object.keys(secrets).length > 0) {
      new CfnOutput(this, ACCOUNTS_OUTPUT, { value: this.toJsonString(secrets) });
    }
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
