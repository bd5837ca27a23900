import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { acknowledgeWildcard } from './acknowledged-finding.ts';
import type { NodeFunction } from './node-function.ts';

/** Invokes a function with batches of messages from a queue. The function reports which messages failed. */
export function takeFrom(
  queue: IQueue,
  fn: NodeFunction,
  { batchSize, maxConcurrency }: { batchSize: number; maxConcurrency?: number },
): void {
  fn.addToRolePolicy(
    new PolicyStatement({
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'],
      resources: [queue.queueArn],
    }),
  );
  const mapping = new EventSourceMapping(fn, 'Messages', {
    target: fn,
    eventSourceArn: queue.queueArn,
    batchSize,
    reportBatchItemFailures: true,
    maxConcurrency,
  });
  // Lambda checks the role's permission when the mapping is created.
  if (fn.role) mapping.node.addDependency(fn.role);
}

/** Lets a function read a secret's current value. */
export function readSecret(secret: ISecret, fn: NodeFunction): void {
  fn.addToRolePolicy(
    new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secret.secretArn] }),
  );
  secret.encryptionKey?.grantDecrypt(fn);
}

/** Lets a function start executions, list them, and check whether one exists. */
export function followUploads(machine: StateMachine, fn: NodeFunction): void {
  fn.addToRolePolicy(
    new PolicyStatement({
      actions: ['states:StartExecution', 'states:ListExecutions'],
      resources: [machine.stateMachineArn],
    }),
  );
  const executions = Stack.of(fn).formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${machine.stateMachineName}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  fn.addToRolePolicy(new PolicyStatement({ actions: ['states:DescribeExecution'], resources: [executions] }));
  if (fn.role) acknowledgeWildcard(fn.role, executions, 'Executions have the names of future uploads.');
}
