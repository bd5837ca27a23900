import { GetFunctionConfigurationCommand, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { readAccountsVariable } from '../../functions/accounts.ts';
import { readSuffixesVariable } from '../../functions/drop-filter.ts';
import type { DropFilter } from '../../shared/upload/drop-filter.ts';
import { type GateValue, readGateValue } from '../../shared/upload/gate-value.ts';
import { OperationError } from './operation-error.ts';
import { outputOf } from './stack-outputs.ts';
import type { StackPorts } from './stack-ports.ts';

/** The settings with which `ingest` was deployed, as far as the operator's command needs them. */
export interface DeployedSettings extends DropFilter {
  /** The value of the dimension `service` of every metric: distinguishes the Pindrops of an AWS account. */
  deployment: string;
  /** Name of the parameter with the rate-limit gate, by account name; '' without the setting `accounts`. */
  gates: Record<string, string>;
}

/**
 * Reads the environment of `ingest`, the function that takes messages from the queue of drops.
 * @throws OperationError when no function takes them
 */
export async function deployedSettings({
  lambda,
  sqs,
  ...stack
}: Pick<StackPorts, 'lambda' | 'sqs' | 'outputs' | 'stackName'>): Promise<DeployedSettings> {
  const QueueUrl = outputOf(stack, 'QueueUrl');
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  const { EventSourceMappings = [] } = await lambda.send(
    new ListEventSourceMappingsCommand({ EventSourceArn: Attributes?.QueueArn }),
  );
  const [{ FunctionArn: FunctionName = undefined } = {}] = EventSourceMappings;
  if (FunctionName === undefined)
    throw new OperationError(`No function takes messages from ${QueueUrl}: deploy again.`);
  const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const {
    DEPLOYMENT = '',
    ACCOUNTS,
    PREFIX = '',
    SUFFIXES = '',
    RATE_LIMIT_PARAMETER = '',
  } = Environment?.Variables ?? {};
  const accounts =
    ACCOUNTS === undefined ? { '': { prefix: PREFIX, gate: RATE_LIMIT_PARAMETER } } : readAccountsVariable(ACCOUNTS);
  return {
    deployment: DEPLOYMENT,
    bucket: outputOf(stack, 'DropBucketName'),
    prefixes: Object.values(accounts).map(({ prefix }) => prefix),
    suffixes: readSuffixesVariable(SUFFIXES),
    gates: Object.fromEntries(Object.entries(accounts).map(([name, { gate }]) => [name, gate])),
  };
}

/**
 * @returns until when no registration is requested, because Pinterest asked to wait or the account is paused; undefined
 * when registrations are allowed now
 */
export async function closedGate(gate: string, { ssm }: Pick<StackPorts, 'ssm'>): Promise<GateValue | undefined> {
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: gate }));
  const value = readGateValue(Parameter?.Value ?? '');
  return value.until.getTime() > Date.now() ? value : undefined;
}
