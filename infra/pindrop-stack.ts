import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { OPEN } from '../shared/rate-limit-gate.ts';
import { DropBucket } from './drop-bucket.ts';
import { DropQueue } from './drop-queue.ts';
import { EXAMPLES } from './examples/examples.ts';
import { IngestFunction } from './ingest-function.ts';
import { MediaStatusMachine } from './media-status-machine.ts';
import { ReportDeadLetterFunction } from './report-dead-letter-function.ts';
import type { Settings } from './settings.ts';
import { TokenSecret } from './token-secret.ts';

export interface PindropStackProps extends StackProps {
  settings: Settings;
}

/** The whole of Pindrop, in the order of the data: bucket, queue, ingest, machine, bus. */
export class PindropStack extends Stack {
  constructor(scope: Construct, id: string, { settings, ...props }: PindropStackProps) {
    super(scope, id, { description: 'Uploads dropped videos to Pinterest and tells when they are ready', ...props });

    const token = new TokenSecret(this, 'Token');
    const bus = new EventBus(this, 'EventBus', { description: 'Final events of Pindrop' });
    const { machine } = new MediaStatusMachine(this, 'MediaStatus', { settings, token, bus });

    const gate = new StringParameter(this, 'RateLimitGate', {
      description: 'Until when Pindrop asks Pinterest for no registration',
      stringValue: OPEN,
    });

    const drops = new DropQueue(this, 'Drops', { settings });
    const bucket = new DropBucket(this, 'DropBucket', { prefix: settings.prefix, queue: drops.queue });
    new IngestFunction(this, 'Ingest', { settings, bucket, drops, token, machine, gate });
    new ReportDeadLetterFunction(this, 'ReportDeadLetter', { drops, machine });

    for (const name of settings.with) EXAMPLES[name](this, { settings, bus, token });

    const outputs = {
      DropBucketName: bucket.bucketName,
      EventBusName: bus.eventBusName,
      StateMachineArn: machine.stateMachineArn,
      QueueUrl: drops.queue.queueUrl,
      DeadLetterQueueUrl: drops.deadLetters.queueUrl,
      TokenSecretArn: token.secretArn,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
