import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { ListTagsForResourceCommand, SFNClient } from '@aws-sdk/client-sfn';
import { z } from 'zod';
import { outputsOfTags } from '../output-tags.ts';
import { OperationError } from './operation-error.ts';

/** How to reach a stack, and the resources that belong to it. */
export interface StackLocation {
  /** The name of the CloudFormation stack. The names of its alarms begin with this name. */
  stackName: string;
  /** The value of `--stack` that selects this stack, if it differs from the stack's name. */
  selector?: string;
  /** Identifiers of the stack's resources. The keys are the names of the outputs of `PindropStack`. */
  outputs: Record<string, string>;
  /** Options of the SDK clients: empty for AWS, the endpoint and its credentials for the stack on this machine. */
  client: { endpoint?: string; region?: string; credentials?: { accessKeyId: string; secretAccessKey: string } };
  /** True for the stack of `npm start`. */
  local: boolean;
}

/** The stack's name when the setting `stackName` is not set. */
export const DEFAULT_STACK_NAME = 'Pindrop';

const localSchema = z.object({
  endpoint: z.url(),
  region: z.string(),
  accessKey: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
  outputs: z.record(z.string(), z.string()),
});

/** The file in which the local stack stores its endpoint, credentials and outputs. */
export const LOCAL_STACK_FILE = 'stack.json';

/**
 * Finds the local stack that was started most recently.
 * @param stateDirectory contains a directory for each target
 * @throws OperationError when no local stack was ever started
 */
export function localStack(stateDirectory: string): StackLocation {
  const [newest] = listed(stateDirectory)
    .map((target) => join(stateDirectory, target, LOCAL_STACK_FILE))
    .flatMap((path) => {
      const found = statSync(path, { throwIfNoEntry: false });
      return found ? [{ path, at: found.mtimeMs }] : [];
    })
    .sort((a, b) => b.at - a.at);
  if (!newest) {
    throw new OperationError(
      `There is no stack in ${stateDirectory} yet: run npm start in another terminal, and leave it running.`,
    );
  }
  const { endpoint, region, accessKey, outputs } = readLocation(newest.path);
  return { stackName: DEFAULT_STACK_NAME, outputs, local: true, client: { endpoint, region, credentials: accessKey } };
}

function readLocation(path: string) {
  try {
    return localSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new OperationError(`${path} is from another version of Pindrop: stop npm start and start it again.`, {
      cause,
    });
  }
}

function listed(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** The clients that find a deployed stack. */
export interface LookupClients {
  cloudFormation: CloudFormationClient;
  states: SFNClient;
}

const awsClients = (): LookupClients => ({ cloudFormation: new CloudFormationClient({}), states: new SFNClient({}) });

/**
 * Finds a deployed stack in the account and region of this process's AWS credentials.
 * @param stack the stack's name. If the stack contains several Pindrops: `STACK/PATH`, where PATH is the construct's
 *   path in the stack.
 * @throws OperationError when CloudFormation does not return the stack, or when the stack contains no Pindrop
 */
export async function deployedStack(
  stack = DEFAULT_STACK_NAME,
  { cloudFormation, states }: LookupClients = awsClients(),
): Promise<StackLocation> {
  const [stackName = '', ...path] = stack.split('/');
  const { Stacks: [found] = [] } = await cloudFormation
    .send(new DescribeStacksCommand({ StackName: stackName }))
    .catch((error) => {
      throw lookupError(stackName, error);
    });
  const outputs = found ? outputsOf(found) : {};
  const own = path.length === 0 && 'StateMachineArn' in outputs;
  return {
    stackName,
    outputs: own ? outputs : await taggedOutputs(stackName, path.join('/'), { cloudFormation, states }),
    selector: path.length === 0 ? undefined : stack,
    local: false,
    client: {},
  };
}

/** Reads the outputs from the tags of a state machine: a Pindrop inside another app's stack has no stack outputs. */
async function taggedOutputs(
  stackName: string,
  path: string,
  { cloudFormation, states }: LookupClients,
): Promise<Record<string, string>> {
  const instances = new Map<string, Record<string, string>>();
  for await (const { StackResourceSummaries = [] } of paginateListStackResources(
    { client: cloudFormation },
    { StackName: stackName },
  )) {
    for (const { ResourceType, PhysicalResourceId: resourceArn } of StackResourceSummaries) {
      if (ResourceType !== 'AWS::StepFunctions::StateMachine') continue;
      const { tags = [] } = await states.send(new ListTagsForResourceCommand({ resourceArn }));
      const { Path = '', ...outputs } = outputsOfTags(tags);
      if (Object.keys(outputs).length > 0) instances.set(Path, { ...outputs, StateMachineArn: resourceArn ?? '' });
    }
  }
  const chosen = path === '' && instances.size === 1 ? [...instances.values()][0] : instances.get(path);
  if (chosen) return chosen;
  if (instances.size === 0)
    throw new OperationError(`The stack ${stackName} contains no Pindrop: name another stack with --stack.`);
  const choices = [...instances.keys()].map((each) => `--stack ${stackName}/${each}`).join(' or ');
  throw new OperationError(`The stack ${stackName} has several Pindrops: use ${choices}.`);
}

function lookupError(stackName: string, cause: NodeJS.ErrnoException): Error {
  if (cause.code === 'ECONNREFUSED') return cause;
  const local = 'use --local for the stack of npm start';
  // CloudFormation reports a stack that does not exist as a ValidationError.
  return cause.name === 'ValidationError'
    ? new OperationError(`${cause.message}: deploy it first, name another stack with --stack, or ${local}.`, { cause })
    : new OperationError(
        `The request to AWS about the stack ${stackName} failed: ${cause.message}. Check AWS_PROFILE or AWS_REGION and the credentials, or ${local}.`,
        { cause },
      );
}

const outputsOf = ({ Outputs = [] }: Stack): Record<string, string> =>
  Object.fromEntries(Outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
