import { AwsError, type AwsService } from '../aws-json.ts';
import type { ExecutionRow, ExecutionTable } from './execution-table.ts';
import type { LocalStateMachine } from './state-machine.ts';

const NAME = /^[A-Za-z0-9_-]{1,80}$/;
const seconds = (iso: string) => Date.parse(iso) / 1000;

/** The Step Functions API for the state machines of this stack. @see https://docs.aws.amazon.com/step-functions/latest/apireference */
export function stepFunctionsService(machines: LocalStateMachine[], executions: ExecutionTable): AwsService {
  const machineOf = (arn: string) => {
    const machine = machines.find((each) => each.arn === arn);
    if (!machine) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    return machine;
  };
  const find = (executionArn: string) => {
    const name = executionArn.split(':').at(-1) ?? '';
    const machine = machines.find((each) => each.executionArn(name) === executionArn);
    const row = machine && executions.get(machine.arn, name);
    if (!row) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}'`);
    return { row, executionArn };
  };
  return {
    StartExecution({ stateMachineArn, name, input = '{}' }) {
      const machine = machineOf(stateMachineArn);
      if (!NAME.test(name ?? '')) throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
      const before = executions.get(stateMachineArn, name);
      const executionArn = machine.executionArn(name);
      if (before && !(before.status === 'RUNNING' && before.input === input)) {
        throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
      }
      if (!before) machine.start(name, input);
      const startedAt = executions.get(stateMachineArn, name)?.startedAt ?? '';
      return { executionArn, startDate: seconds(startedAt) };
    },
    DescribeExecution({ executionArn }) {
      const { row } = find(executionArn);
      return {
        ...summary(row, executionArn),
        input: row.input,
        output: row.output ?? undefined,
        error: row.error ?? undefined,
        cause: row.cause ?? undefined,
      };
    },
    SendTaskSuccess({ taskToken, output }) {
      const value = JSON.parse(output);
      if (!machines.some((machine) => machine.succeedTask(taskToken, value)))
        throw new AwsError('TaskTimedOut', 'Task Timed Out: the task has ended, or its token is not valid.');
      return {};
    },
    ListExecutions({ stateMachineArn, statusFilter, maxResults = 100, nextToken }) {
      const machine = machineOf(stateMachineArn);
      const rows = executions.list(stateMachineArn, statusFilter, maxResults, nextToken && JSON.parse(nextToken));
      const last = rows.length === maxResults ? rows.at(-1) : undefined;
      return {
        executions: rows.map((row) => summary(row, machine.executionArn(row.name))),
        // As on AWS, the page after a token can be empty.
        nextToken: last && JSON.stringify({ startedAt: last.startedAt, name: last.name }),
      };
    },
  };
}

const summary = ({ machineArn, name, status, startedAt, stoppedAt }: ExecutionRow, executionArn: string) => ({
  executionArn,
  stateMachineArn: machineArn,
  name,
  status,
  startDate: seconds(startedAt),
  ...(stoppedAt === null ? {} : { stopDate: seconds(stoppedAt) }),
});
