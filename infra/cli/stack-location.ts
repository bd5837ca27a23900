import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { z } from 'zod';

/** Where a stack is, and what it says of itself. */
export interface StackLocation {
  outputs: Record<string, string>;
  /** How its services are reached: nothing for AWS, the endpoint for the stack on this machine. */
  client: { endpoint?: string; region?: string; credentials?: { accessKeyId: string; secretAccessKey: string } };
}

const localSchema = z.object({ endpoint: z.url(), region: z.string(), outputs: z.record(z.string(), z.string()) });

/** The file in which the local stack says where it is. */
export const LOCAL_STACK_FILE = 'stack.json';

/**
 * The stack on this machine that was started last.
 * @param stateDirectory what holds a directory for each target
 * @throws Error saying that none was started
 */
export function localStack(stateDirectory: string): StackLocation {
  const [newest] = listed(stateDirectory)
    .map((target) => join(stateDirectory, target, LOCAL_STACK_FILE))
    .flatMap((path) => {
      const found = statSync(path, { throwIfNoEntry: false });
      return found ? [{ path, at: found.mtimeMs }] : [];
    })
    .sort((a, b) => b.at - a.at);
  if (!newest)
    throw new Error('There is no stack on this machine yet: run npm start in another terminal, and leave it up.');
  const { endpoint, region, outputs } = localSchema.parse(JSON.parse(readFileSync(newest.path, 'utf8')));
  return { outputs, client: { endpoint, region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } } };
}

function listed(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** The stack that `npm run deploy` made, in the account and region of the credentials at hand. */
export async function deployedStack(stackName = 'Pindrop'): Promise<StackLocation> {
  const client = new CloudFormationClient({});
  const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
  const outputs = (stack?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]);
  return { outputs: Object.fromEntries(outputs), client: {} };
}
