import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { OUTPUT_NAMES, type StackPorts } from './stack-ports.ts';

/** How many failed executions are named, for each state machine. */
const MOST_NAMED = 10;
/** Step Functions redrives an execution for so long after it failed. */
const REDRIVABLE_MS = 14 * 86_400_000;

export const missingOutputs = ({ outputs }: Pick<StackPorts, 'outputs'>) =>
  OUTPUT_NAMES.filter((name) => !outputs[name]);

/** Messages in a queue, as far as SQS knows. */
export interface QueueDepth {
  /** Waiting to be received. */
  ready: number;
  /** With a function, or waiting for another attempt. */
  inFlight: number;
}

export async function queueDepth(QueueUrl: string, { sqs }: Pick<StackPorts, 'sqs'>): Promise<QueueDepth> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return {
    ready: Number(Attributes['ApproximateNumberOfMessages'] ?? 0),
    inFlight: Number(Attributes['ApproximateNumberOfMessagesNotVisible'] ?? 0),
  };
}

/** The dead-letter queues of examples, such as `PublishPin`. */
export const exampleDeadLetterQueues = ({ outputs }: Pick<StackPorts, 'outputs'>) =>
  Object.entries(outputs).flatMap(([name, url]) => {
    const [, example] = /^(.+)DeadLetterQueueUrl$/.exec(name) ?? [];
    return example === undefined ? [] : [{ example, url }];
  });

/** ARNs of executions that failed so recently that they can be redriven. Their alarms end after five minutes. */
export async function failedExecutions({ states, outputs }: Pick<StackPorts, 'states' | 'outputs'>): Promise<string[]> {
  const failed: string[] = [];
  for (const [name, stateMachineArn] of Object.entries(outputs)) {
    if (!name.endsWith('StateMachineArn')) continue;
    const command = new ListExecutionsCommand({ stateMachineArn, statusFilter: 'FAILED', maxResults: MOST_NAMED });
    const { executions = [] } = await states.send(command);
    const recent = executions.filter(({ stopDate }) => Date.now() - (stopDate?.getTime() ?? 0) < REDRIVABLE_MS);
    failed.push(...recent.map(({ executionArn = '' }) => executionArn));
  }
  return failed;
}

export interface RaisedAlarm {
  name: string;
  /** What it means, with a link to its paragraph of the runbook. */
  description: string;
}

export async function raisedAlarms({ cloudWatch, stackName }: Pick<StackPorts, 'cloudWatch' | 'stackName'>) {
  const { MetricAlarms = [] } = await cloudWatch.send(
    new DescribeAlarmsCommand({ AlarmNamePrefix: `${stackName}-`, StateValue: 'ALARM' }),
  );
  return MetricAlarms.map(
    ({ AlarmName: name = '', AlarmDescription: description = '' }): RaisedAlarm => ({ name, description }),
  );
}
