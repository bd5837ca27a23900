import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  type ExecutionListItem,
  ListExecutionsCommand,
} from '@aws-sdk/client-sfn';
import type { FollowedUpload } from '../../shared/upload/execution.ts';
import type { CommandPorts } from '../cli/command.ts';

/** An upload as its execution tells of it. */
export interface KnownUpload extends FollowedUpload {
  /** `following`: Pinterest has the file; `broken`: the execution failed, and there is no final event. */
  state: 'following' | 'succeeded' | 'failed' | 'broken';
}

type Ports = Pick<CommandPorts, 'states' | 'outputs'>;

/** @returns undefined when there is, or was, no execution of that name */
export async function findUpload(uploadId: string, { states, outputs }: Ports): Promise<KnownUpload | undefined> {
  const executionArn = `${outputs['StateMachineArn']?.replace(':stateMachine:', ':execution:')}:${uploadId}`;
  try {
    const { status, input, output } = await states.send(new DescribeExecutionCommand({ executionArn }));
    const followed: FollowedUpload = JSON.parse(output ?? input ?? '{}');
    return { ...followed, state: stateOf(status, followed) };
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return undefined;
    throw error;
  }
}

/** The newest uploads first. @param limit how many at most */
export async function recentUploads(limit: number, ports: Ports): Promise<KnownUpload[]> {
  const found: KnownUpload[] = [];
  for (const { name = '' } of await newestExecutions(limit, ports)) {
    const upload = await findUpload(name, ports);
    if (upload) found.push(upload);
  }
  return found;
}

/** The executions that began last, newest first. */
export async function newestExecutions(limit: number, { states, outputs }: Ports): Promise<ExecutionListItem[]> {
  const stateMachineArn = outputs['StateMachineArn'];
  const found: ExecutionListItem[] = [];
  let nextToken: string | undefined;
  do {
    const maxResults = Math.min(1000, limit - found.length);
    const page = await states.send(new ListExecutionsCommand({ stateMachineArn, maxResults, nextToken }));
    found.push(...(page.executions ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined && found.length < limit);
  // AWS lists them like this; emulators may not.
  return found.sort((a, b) => (b.startDate?.getTime() ?? 0) - (a.startDate?.getTime() ?? 0));
}

function stateOf(status: string | undefined, { finalEvent }: FollowedUpload): KnownUpload['state'] {
  if (status === 'RUNNING') return 'following';
  if (status !== 'SUCCEEDED' || !finalEvent) return 'broken';
  return finalEvent.detail.status;
}
