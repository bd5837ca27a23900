import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IStringParameter } from 'aws-cdk-lib/aws-ssm';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { Settings } from '../../settings.ts';
import { acknowledgeWildcard } from '../function/acknowledged-finding.ts';
import { followUploads, readSecret, takeFrom } from '../function/grants.ts';
import { NodeFunction } from '../function/node-function.ts';
import type { DropQueue } from './drop-queue.ts';
import { ingestTimeout } from './ingest-timeout.ts';

export interface IngestFunctionProps {
  settings: Settings;
  deployment: string;
  bucket: IBucket;
  drops: DropQueue;
  token: ISecret;
  machine: StateMachine;
  gate: IStringParameter;
  recentFiles: IStringParameter;
}

/** Takes drops from the queue, registers them and streams them to Pinterest. */
export class IngestFunction extends NodeFunction {
  constructor(
    scope: Construct,
    id: string,
    { settings, deployment, bucket, drops, token, machine, gate, recentFiles }: IngestFunctionProps,
  ) {
    super(scope, id, {
      folder: 'ingest',
      description: 'Registers dropped videos with Pinterest and streams them there',
      timeout: ingestTimeout(settings),
      // `npm run bench -- memory`: 96 MiB at its peak, whatever the file. Memory buys CPU, too: with 0.14 of one, the 1.1 s that a
      // GiB takes (`npm run bench -- upload`) are 8 s, less than the 14 s that Lambda's network needs for it.
      memorySize: 256,
      environment: {
        PINTEREST_API_URL: settings.pinterestApiUrl,
        DEPLOYMENT: deployment,
        TOKEN_SECRET_ARN: token.secretArn,
        STATE_MACHINE_ARN: machine.stateMachineArn,
        QUEUE_URL: drops.queue.queueUrl,
        RATE_LIMIT_PARAMETER: gate.parameterName,
        RECENT_FILES_PARAMETER: recentFiles.parameterName,
        GIVE_UP_AFTER_HOURS: String(settings.giveUpAfterHours),
        MAX_BACKOFF_SECONDS: String(settings.maxBackoffSeconds),
        REDELIVER_AFTER_SECONDS: String(settings.redeliverAfterSeconds),
        MAX_FILE_BYTES: String(settings.maxFileBytes),
        INSPECT: settings.inspect ? 'on' : 'off',
      },
    });
    // One file at a time: each has the whole time-out, and a crash is nobody else's.
    takeFrom(drops.queue, this, { batchSize: 1, maxConcurrency: settings.maxConcurrency });
    this.#readObjects(bucket);
    readSecret(token, this);
    const may = (actions: string[], { parameterArn }: IStringParameter) =>
      this.addToRolePolicy(new PolicyStatement({ actions, resources: [parameterArn] }));
    may(['ssm:GetParameter', 'ssm:PutParameter'], gate);
    may(['ssm:GetParameter'], recentFiles);
    followUploads(machine, this);
  }

  #readObjects(bucket: IBucket): void {
    const objects = bucket.arnForObjects('*');
    this.addToRolePolicy(
      new PolicyStatement({ actions: ['s3:GetObject', 's3:GetObjectVersion'], resources: [objects] }),
    );
    if (this.role) acknowledgeWildcard(this.role, objects, 'Which objects will be dropped is not known beforehand.');
    // Without it S3 answers 403 for what is not there, and a deleted object would look like a forbidden one.
    this.addToRolePolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }));
    bucket.encryptionKey?.grantDecrypt(this);
  }
}
