import { DescribeAlarmsCommand, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { METRIC, METRIC_NAMESPACE, type MetricName } from '../../shared/upload/metrics.ts';
import { OUTPUT_NAMES } from './stack-outputs.ts';
import type { StackPorts } from './stack-ports.ts';

/** How many failed executions are listed at most for each state machine. */
const MOST_NAMED = 10;
/** How long after its failure Step Functions can redrive an execution. */
const REDRIVABLE_MS = 14 * 86_400_000;

export const missingOutputs = ({ outputs }: Pick<StackPorts, 'outputs'>) =>
  OUTPUT_NAMES.filter((name) => !outputs[name]);

/** The approximate numbers of messages in a queue. */
export interface QueueDepth {
  /** Messages that wait to be received. */
  ready: number;
  /** Messages that a function processes, or that wait for another attempt. */
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

/** Lists the dead-letter queues of the deployed examples, such as `PublishPin`. */
export const exampleDeadLetterQueues = ({ outputs }: Pick<StackPorts, 'outputs'>) =>
  Object.entries(outputs).flatMap(([name, url]) => {
    const [, example] = /^(.+)DeadLetterQueueUrl$/.exec(name) ?? [];
    return example === undefined ? [] : [{ example, url }];
  });

/** Lists the ARNs of failed executions that can still be redriven. Their alarms are raised for five minutes only. */
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

/**
 * The number of past days for which unreadable notifications are counted: the longest time that SQS keeps a message.
 */
export const UNREADABLE_DAYS = 14;

/**
 * @param deployment `DeployedSettings.deployment`
 * @returns the number of records and of whole messages that `ingest` could not read in the last {@link UNREADABLE_DAYS}
 *   days
 */
export const unreadableNotifications = (deployment: string, ports: MetricPorts): Promise<number> =>
  counted(METRIC.unreadable, UNREADABLE_DAYS, deployment, ports);

/**
 * @param deployment `DeployedSettings.deployment`
 * @returns the number of put objects in the last 24 hours that the settings exclude
 */
export const ignoredFiles = (deployment: string, ports: MetricPorts): Promise<number> =>
  counted(METRIC.ignored, 1, deployment, ports);

type MetricPorts = Pick<StackPorts, 'cloudWatch'>;

/** The sum of a metric of one deployment over the last days. */
async function counted(
  MetricName: MetricName,
  days: number,
  deployment: string,
  { cloudWatch }: MetricPorts,
): Promise<number> {
  const EndTime = new Date();
  const Period = days * 86_400;
  const { Datapoints = [] } = await cloudWatch.send(
    new GetMetricStatisticsCommand({
      Namespace: METRIC_NAMESPACE,
      MetricName,
      Dimensions: [{ Name: 'service', Value: deployment }],
      StartTime: new Date(EndTime.getTime() - Period * 1000),
      EndTime,
      Period,
      Statistics: ['Sum'],
    }),
  );
  return Datapoints.reduce((count, { Sum = 0 }) => count + Sum, 0);
}

export interface RaisedAlarm {
  name: string;
  /** What the alarm means, with a link to its section of the runbook. */
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
