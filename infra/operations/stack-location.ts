import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { DEFAULT_API_URL } from '../../shared/pinterest/pinterest-client.ts';
import { CommandError, type CommandPorts } from '../cli/command.ts';

/** Where a stack is, and what it says of itself. */
export interface StackLocation {
  stackName: string;
  outputs: Record<string, string>;
  /** How its services are reached: nothing for AWS, the endpoint for the stack on this machine. */
  client: { endpoint?: string; region?: string; credentials?: { accessKeyId: string; secretAccessKey: string } };
  /** Base URL of Pinterest's API. */
  apiUrl: string;
  local: boolean;
}

/** The clients for a stack's services. */
export function portsOf({ stackName, outputs, client, apiUrl, local }: StackLocation): CommandPorts {
  return {
    stackName,
    outputs,
    apiUrl,
    local,
    s3: new S3Client(client),
    states: new SFNClient(client),
    sqs: new SQSClient({ ...client, useQueueUrlAsEndpoint: false }),
    secrets: new SecretsManagerClient(client),
    alarms: new CloudWatchClient(client),
  };
}

const localSchema = z.object({
  endpoint: z.url(),
  region: z.string(),
  accessKey: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
  apiUrl: z.url(),
  outputs: z.record(z.string(), z.string()),
});

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
  const { endpoint, region, accessKey, outputs, apiUrl } = localSchema.parse(
    JSON.parse(readFileSync(newest.path, 'utf8')),
  );
  return { stackName: 'Pindrop', outputs, apiUrl, local: true, client: { endpoint, region, credentials: accessKey } };
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
  const { Stacks: [stack] = [] } = await client
    .send(new DescribeStacksCommand({ StackName: stackName }))
    .catch((cause: Error) => {
      throw new CommandError(
        `The stack ${stackName} cannot be looked up (${cause.message}). Deploy it first, or say --local for the stack of npm start.`,
        { cause },
      );
    });
  const outputs = (stack?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]);
  const apiUrl = process.env['PINTEREST_API_URL']?.replace(/\/+$/, '') || DEFAULT_API_URL;
  return { stackName, outputs: Object.fromEntries(outputs), apiUrl, local: false, client: {} };
}
