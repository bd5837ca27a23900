import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  ListExecutionsCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import type { UploadPorts } from '../../infra/operations/uploads.ts';

const MACHINE = 'arn:aws:states:eu-west-1:123456789012:stateMachine:machine';

/** An execution as Step Functions would list and describe it. */
export interface ListedExecution {
  name: string;
  /** Seconds since 1970. */
  startedAt: number;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED';
  /** The status from DescribeExecution, if it differs from the status in the list. */
  described?: 'RUNNING' | 'SUCCEEDED' | 'FAILED';
  /** Input and output of the execution, as JSON. */
  data: string;
}

/** Stands in for Step Functions: lists executions in the given order, page by page, and counts the requests. */
export function listing(executions: () => ListedExecution[]) {
  const asked = { lists: 0, described: [] as string[], atOnce: 0, mostAtOnce: 0 };
  const list = ({ maxResults = 100, nextToken = '0' }: ListExecutionsCommand['input']) => {
    asked.lists++;
    const all = executions();
    const [from, to] = [Number(nextToken), Number(nextToken) + maxResults];
    return {
      executions: all.slice(from, to).map(({ name, startedAt, status }) => ({
        name,
        status,
        startDate: new Date(startedAt * 1000),
      })),
      nextToken: to < all.length ? String(to) : undefined,
    };
  };
  const describe = async ({ executionArn = '' }: DescribeExecutionCommand['input']) => {
    const name = executionArn.split(':').at(-1) ?? '';
    asked.described.push(name);
    asked.mostAtOnce = Math.max(asked.mostAtOnce, ++asked.atOnce);
    await new Promise(setImmediate);
    asked.atOnce--;
    const found = executions().find((execution) => execution.name === name);
    if (!found) throw new ExecutionDoesNotExist({ message: name, $metadata: {} });
    return { status: found.described ?? found.status, input: found.data, output: found.data };
  };
  const send = async (command: unknown) => {
    if (command instanceof ListExecutionsCommand) return list(command.input);
    if (command instanceof DescribeExecutionCommand) return describe(command.input);
    throw new Error('Step Functions is asked for nothing else here.');
  };
  const ports: UploadPorts = {
    stackName: 'Pindrop',
    outputs: { StateMachineArn: MACHINE },
    states: { send } as unknown as SFNClient,
  };
  return { ports, asked };
}
