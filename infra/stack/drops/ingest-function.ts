import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IStringParameter } from 'aws-cdk-lib/aws-ssm';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { ConstructSettings } from '../../construct-settings.ts';
import type { Account } from '../accounts/account.ts';
import { accountVariables } from '../accounts/account-variables.ts';
import { acknowledgeWildcard } from '../function/acknowledged-finding.ts';
import { followUploads, readSecret, takeFrom } from '../function/grants.ts';
import { NodeFunction } from '../function/node-function.ts';
import type { DropQueue } from './drop-queue.ts';
import { filterEnvironment } from './filter-environment.ts';
import { ingestTimeout } from './ingest-timeout.ts';

export interface IngestFunctionProps {
  settings: ConstructSettings;
  deployment: string;
  bucket: IBucket;
  drops: DropQueue;
  accounts: Account[];
  machine: StateMachine;
  recentFiles: IStringParameter;
}

/** Receives drops from the queue, registers them and streams them to Pinterest. */
export class IngestFunction extends NodeFunction {
  constructor(
    scope: Construct,
    id: string,
    { settings, deployment, bucket, drops, accounts, machine, recentFiles }: IngestFunctionProps,
  ) {
    super(scope, id, {
      folder: 'ingest',
      description: 'Registers dropped videos with Pinterest and streams them there',
      timeout: ingestTimeout(settings),
      // The process needs about 140 MiB at its peak, whatever the file size (`npm run bench -- memory`), and Lambda's
      // runtime needs memory too. Memory also determines the CPU share: 256 MB give 0.14 CPUs, which need about 8 s
      // for each GiB. Lambda's network needs 14 s for each GiB.
      memorySize: 256,
      environment: {
        PINTEREST_API_URL: settings.pinterestApiUrl,
        DEPLOYMENT: deployment,
        ...accountVariables(accounts, ({ tokenSecret, gate }) => ({
          TOKEN_SECRET_ARN: tokenSecret.secretArn,
          RATE_LIMIT_PARAMETER: gate.parameterName,
        })),
        ...filterEnvironment(bucket, settings),
        STATE_MACHINE_ARN: machine.stateMachineArn,
        QUEUE_URL: drops.queue.queueUrl,
        DEAD_LETTER_QUEUE_URL: drops.deadLetters.queueUrl,
        RECENT_FILES_PARAMETER: recentFiles.parameterName,
        GIVE_UP_AFTER_HOURS: String(settings.giveUpAfterHours),
        MAX_BACKOFF_SECONDS: String(settings.maxBackoffSeconds),
        REDELIVER_AFTER_SECONDS: String(settings.redeliverAfterSeconds),
        MAX_FILE_BYTES: String(settings.maxFileBytes),
        INSPECT: settings.inspect ? 'on' : 'off',
      },
    });
    // One file per invocation: each file has the whole timeout, and a crash does not affect another file.
    takeFrom(drops.queue, this, { batchSize: 1, maxConcurrency: settings.maxConcurrency });
    // The function sends two kinds of messages: one that records an upload to the queue, and a copy of an overdue
    // message to the dead-letter queue.
    const queues = [drops.queue.queueArn, drops.deadLetters.queueArn];
    this.addToRolePolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: queues }));
    const prefixes = accounts.map(({ prefix }) => prefix);
    this.#readObjects(bucket, prefixes);
    for (const { tokenSecret } of accounts) readSecret(tokenSecret, this);
    const may = (actions: string[], { parameterArn }: IStringParameter) =>
      this.addToRolePolicy(new PolicyStatement({ actions, resources: [parameterArn] }));
    for (const { gate } of accounts) may(['ssm:GetParameter', 'ssm:PutParameter'], gate);
    may(['ssm:GetParameter'], recentFiles);
    followUploads(machine, this);
  }

  #readObjects(bucket: IBucket, prefixes: string[]): void {
    const objects = prefixes.map((prefix) => bucket.arnForObjects(`${literalInPolicy(prefix)}*`));
    this.addToRolePolicy(new PolicyStatement({ actions: ['s3:GetObject', 's3:GetObjectVersion'], resources: objects }));
    for (const each of objects) {
      if (this.role) acknowledgeWildcard(this.role, each, 'The keys of future drops are not known.');
    }
    // Without s3:ListBucket, S3 answers 403 for a missing object, and a deleted object would look like a forbidden one.
    // The permission cannot be limited to the prefix: a request for an object has no condition key `s3:prefix`.
    this.addToRolePolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }));
    bucket.encryptionKey?.grantDecrypt(this);
  }
}

/**
 * Escapes `*`, `?` and `$`, which have a special meaning in the resource of a policy.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars
 */
export const literalInPolicy = (text: string) => text.replace(/[*?$]/g, (character) => `\${${character}}`);
