import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { z } from 'zod';
import { OperationError } from './operation-error.ts';

/** Where a stack is, and what it says of itself. */
export interface StackLocation {
  /** CloudFormation's name of the stack. The names of its alarms begin with it. */
  stackName: string;
  /** What belongs to the stack, under the names that the outputs of `PindropStack` have. */
  outputs: Record<string, string>;
  /** How its services are reached: nothing for AWS, the endpoint for the stack on this machine. */
  client: { endpoint?: string; region?: string; credentials?: { accessKeyId: string; secretAccessKey: string } };
  /** True for the stack of `npm start`. */
  local: boolean;
}

/** The name that a stack has unless it is given another one. */
export const DEFAULT_STACK_NAME = 'Pindrop';

const localSchema = z.object({
  endpoint: z.url(),
  region: z.string(),
  accessKey: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
  outputs: z.record(z.string(), z.string()),
});

/** The file in which the local stack says where it is. */
export const LOCAL_STACK_FILE = 'stack.json';

/**
 * The stack on this machine that was started last.
 * @param stateDirectory what holds a directory for each target
 * @throws OperationError when none was ever started
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

/**
 * A deployed stack, in the account and region of the AWS credentials of this process.
 * @throws OperationError when CloudFormation does not show it
 */
export async function deployedStack(stackName = DEFAULT_STACK_NAME): Promise<StackLocation> {
  const client = new CloudFormationClient({});
  const { Stacks: [stack] = [] } = await client
    .send(new DescribeStacksCommand({ StackName: stackName }))
    .catch((error) => {
      throw lookupError(stackName, error);
    });
  return { stackName, outputs: stack ? outputsOf(stack) : {}, local: false, client: {} };
}

function lookupError(stackName: string, cause: NodeJS.ErrnoException): Error {
  if (cause.code === 'ECONNREFUSED') return cause;
  const local = 'use --local for the stack of npm start';
  // CloudFormation's word for a stack that does not exist.
  return cause.name === 'ValidationError'
    ? new OperationError(`${cause.message}: deploy it first, name another one with --stack, or ${local}.`, { cause })
    : new OperationError(
        `AWS cannot be asked about the stack ${stackName}: ${cause.message}. Check AWS_PROFILE or AWS_REGION and the credentials, or ${local}.`,
        { cause },
      );
}

/** The one place that knows how to find what belongs to a stack. */
const outputsOf = ({ Outputs = [] }: Stack): Record<string, string> =>
  Object.fromEntries(Outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
