import { join } from 'node:path';
import type { LocalService, StackContext } from '../local-service.ts';
import { arnOf } from '../template/stack-environment.ts';
import type { Resource } from '../template/template.ts';
import { type LocalQueues, startLocalQueues } from './queues.ts';

/** Starts the template's queues. */
export async function startSqs({
  ofType,
  environment,
  endpoint,
  stateDirectory,
}: StackContext): Promise<LocalService & { queues: LocalQueues }> {
  const queues = await startLocalQueues({ directory: join(stateDirectory, 'queues') });
  for (const resource of ofType('AWS::SQS::Queue')) {
    const { name, ref: url } = resource;
    queues.createQueue({ name, url, arn: arnOf(environment, 'sqs', name), attributes: attributesOf(resource) });
  }
  endpoint.queues = queues.handler;
  return { queues, stop: () => queues.close() };
}

function attributesOf({ properties }: Resource): Record<string, string> {
  const { VisibilityTimeout, MessageRetentionPeriod, DelaySeconds, RedrivePolicy } = properties;
  const attributes = {
    VisibilityTimeout,
    MessageRetentionPeriod,
    DelaySeconds,
    RedrivePolicy: RedrivePolicy && JSON.stringify(RedrivePolicy),
  };
  const set = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set.map(([attribute, value]) => [attribute, String(value)]));
}
