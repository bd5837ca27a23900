import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { StackLocation } from './stack-location.ts';

/** A stack, and the SDK clients for its services. */
export interface StackPorts extends Omit<StackLocation, 'client'> {
  s3: S3Client;
  states: SFNClient;
  sqs: SQSClient;
  secrets: SecretsManagerClient;
  cloudWatch: CloudWatchClient;
  lambda: LambdaClient;
  ssm: SSMClient;
}

/**
 * DescribeExecution allows a burst of 300 calls and then 15 calls a second. Long searches must slow down instead of
 * failing. A backfill runs for days, and must survive a network that is down for a minute.
 */
const PATIENT = { retryMode: 'adaptive', maxAttempts: 10 };
/** The local stack throttles no requests, so do not retry: a stack that is not running should be reported at once. */
const IMPATIENT = { maxAttempts: 1 };

export function portsOf({ client, ...stack }: StackLocation): StackPorts {
  const patience = stack.local ? {} : PATIENT;
  return {
    ...stack,
    s3: new S3Client({ ...client, ...patience }),
    states: new SFNClient({ ...client, ...(stack.local ? IMPATIENT : PATIENT) }),
    sqs: new SQSClient({ ...client, ...patience, useQueueUrlAsEndpoint: false }),
    secrets: new SecretsManagerClient(client),
    cloudWatch: new CloudWatchClient(client),
    lambda: new LambdaClient(client),
    ssm: new SSMClient(client),
  };
}
