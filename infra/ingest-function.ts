import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IStringParameter } from 'aws-cdk-lib/aws-ssm';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { DropQueue } from './drop-queue.ts';
import { NodeFunction } from './node-function.ts';
import type { Settings } from './settings.ts';

export interface IngestFunctionProps {
  settings: Settings;
  bucket: IBucket;
  drops: DropQueue;
  token: ISecret;
  machine: IStateMachine;
  gate: IStringParameter;
}

/** At the longest, 15 minutes, 2 GB pass at 2.3 MB a second. */
export const ingestTimeout = ({ uploadTimeoutMinutes }: Pick<Settings, 'uploadTimeoutMinutes'>) =>
  Duration.seconds(Math.round(uploadTimeoutMinutes * 60));

/** Takes drops from the queue, registers them and streams them to Pinterest. */
export class IngestFunction extends NodeFunction {
  constructor(scope: Construct, id: string, { settings, bucket, drops, token, machine, gate }: IngestFunctionProps) {
    super(scope, id, {
      folder: 'ingest',
      description: 'Registers dropped videos with Pinterest and streams them there',
      timeout: ingestTimeout(settings),
      memorySize: 512,
      environment: {
        PINTEREST_API_URL: settings.pinterestApiUrl,
        TOKEN_SECRET_ARN: token.secretArn,
        STATE_MACHINE_ARN: machine.stateMachineArn,
        QUEUE_URL: drops.queue.queueUrl,
        RATE_LIMIT_PARAMETER: gate.parameterName,
        GIVE_UP_AFTER_HOURS: String(settings.giveUpAfterHours),
        MAX_BACKOFF_SECONDS: String(settings.maxBackoffSeconds),
        REDELIVER_AFTER_SECONDS: String(settings.redeliverAfterSeconds),
        MAX_FILE_BYTES: String(settings.maxFileBytes),
        INSPECT: settings.inspect ? 'on' : 'off',
      },
    });
    this.addEventSource(
      new SqsEventSource(drops.queue, {
        // One file at a time: each has the whole time-out, and a crash is nobody else's.
        batchSize: 1,
        maxConcurrency: settings.maxConcurrency,
        reportBatchItemFailures: true,
      }),
    );
    bucket.grantRead(this);
    token.grantRead(this);
    gate.grantRead(this);
    gate.grantWrite(this);
    machine.grantStartExecution(this);
    machine.grantExecution(this, 'states:DescribeExecution');
  }
}
