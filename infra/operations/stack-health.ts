import { DescribeAlarmsCommand, GetMetricStatisticsCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { METRIC, METRIC_NAMESPACE } from '../../shared/upload/metrics.ts';
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

/** How far back unreadable notifications are counted: as long as a queue can keep the message. */
export const UNREADABLE_DAYS = 14;

/** @returns how many records, and whole messages, `ingest` could not read in the last {@link UNREADABLE_DAYS} days */
export async function unreadableNotifications({
  cloudWatch,
  stackName,
}: Pick<StackPorts, 'cloudWatch' | 'stackName'>): Promise<number> {
  const metric = { Namespace: METRIC_NAMESPACE, MetricName: METRIC.unreadable };
  const { Metrics = [] } = await cloudWatch.send(new ListMetricsCommand(metric));
  const EndTime = new Date();
  const period = UNREADABLE_DAYS * 86_400;
  let count = 0;
  for (const { Dimensions = [] } of Metrics) {
    // The service is the deployment's name, which starts with that of its stack.
    if (!Dimensions.some(({ Name, Value }) => Name === 'service' && Value?.startsWith(stackName))) continue;
    const { Datapoints = [] } = await cloudWatch.send(
      new GetMetricStatisticsCommand({
        ...metric,
        Dimensions,
        StartTime: new Date(EndTime.getTime() - period * 1000),
        EndTime,
        Period: period,
        Statistics: ['Sum'],
      }),
    );
    for (const { Sum = 0 } of Datapoints) count += Sum;
  }
  return count;
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
