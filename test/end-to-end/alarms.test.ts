import { readFileSync } from 'node:fs';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { GetQueueAttributesCommand, type QueueAttributeName, SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { EXAMPLE_NAMES } from '../../infra/examples/example-names.ts';
import { type Resource, readTemplate } from '../../infra/local/aws/template/template.ts';
import { portsOf } from '../../infra/operations/stack-ports.ts';
import { METRIC_NAMESPACE } from '../../shared/upload/metrics.ts';
import { type LocalPindrop, type LocalPindropOptions, startLocalPindrop } from '../harness/local-pindrop.ts';
import { measuredBy } from '../harness/measured.ts';
import { changeResource, withVariable } from '../harness/template-changes.ts';

const clip = readFileSync(new URL('../fixtures/inspection/index-first.mp4', import.meta.url));
const DAY_MS = 86_400_000;

/** The alarms of the deployed stack, keyed by name without the prefix `Pindrop-` or `Pindrop-Monitoring`. */
function alarmsOf({ assemblyDirectory, stack }: LocalPindrop): Map<string, Resource> {
  const place = { account: '000000000000', region: stack.region, endpoint: stack.endpoint };
  const { resources } = readTemplate(assemblyDirectory, 'Pindrop', place);
  const alarms = resources.filter(({ type }) => type === 'AWS::CloudWatch::Alarm');
  return new Map(alarms.map((alarm) => [alarm.name.replace(/^Pindrop-(Monitoring)?/, ''), alarm]));
}

function clientsOf({ stack: { endpoint, region, accessKey: credentials, outputs } }: LocalPindrop) {
  const client = { endpoint, region, credentials };
  return portsOf({ stackName: 'Pindrop', outputs, client, local: true });
}

interface MetricProperties {
  Namespace: string;
  MetricName: string;
  Statistic: string;
  Dimensions?: { Name: string; Value: string }[];
}

/**
 * The value that CloudWatch would compute for the alarm's metric from everything measured so far.
 * @returns undefined if the metric has no values yet
 */
async function metricOf(pindrop: LocalPindrop, alarm: Resource): Promise<number | undefined> {
  const { Namespace, MetricName, Statistic, Dimensions = [] } = alarm.properties as unknown as MetricProperties;
  const dimensions = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]));
  const { observations } = pindrop;
  if (Namespace === METRIC_NAMESPACE) {
    const values = (measuredBy(pindrop).get(MetricName) ?? [])
      .filter((each) => JSON.stringify(each.dimensions) === JSON.stringify(dimensions))
      .map(({ value }) => value);
    if (values.length === 0) return undefined;
    const sum = values.reduce((total, value) => total + value, 0);
    const most = Math.max(...values);
    return { Sum: sum, Average: sum / values.length, Minimum: Math.min(...values), Maximum: most }[Statistic];
  }
  const count = (matches: (observation: (typeof observations)[number]) => boolean) =>
    observations.filter(matches).length;
  switch (`${Namespace} ${MetricName} ${Object.keys(dimensions)}`) {
    case 'AWS/SQS ApproximateNumberOfMessagesVisible QueueName':
      return queueAttribute(pindrop, dimensions['QueueName'], 'ApproximateNumberOfMessages');
    case 'AWS/SQS ApproximateAgeOfOldestMessage QueueName': {
      const waiting = await queueAttribute(pindrop, dimensions['QueueName'], 'ApproximateNumberOfMessagesNotVisible');
      const [, droppedAt = ''] = /"timestamp":"([^"]+)"/.exec(pindrop.log()) ?? [];
      return waiting === 0 ? 0 : (Date.now() - Date.parse(droppedAt)) / 1000;
    }
    case 'AWS/States ExecutionsFailed StateMachineArn':
      return count((each) => each.kind === 'execution-ended' && each.status === 'FAILED');
    case 'AWS/States ExecutionsTimedOut StateMachineArn':
      return count((each) => each.kind === 'execution-ended' && each.status === 'TIMED_OUT');
    case 'AWS/Events PutEventsFailedEntriesCount ':
      return count((each) => each.kind === 'event-refused');
    case 'AWS/Lambda Errors FunctionName':
      return count((each) => each.kind === 'function-failed' && each.functionName === dimensions['FunctionName']);
    default:
      throw new Error(`Nobody measures ${Namespace} ${MetricName} by ${Object.keys(dimensions)}.`);
  }
}

async function queueAttribute(pindrop: LocalPindrop, name: string | undefined, attribute: QueueAttributeName) {
  const { outputs, sqs } = clientsOf(pindrop);
  const QueueUrl = Object.values(outputs).find((value) => value.endsWith(`/${name}`));
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [attribute] }));
  // Called many times: each client keeps a connection.
  sqs.destroy();
  return Number(Attributes[attribute]);
}

/** Sends a message that is not an S3 notification to the drop queue. */
async function sendNonsense(pindrop: LocalPindrop): Promise<void> {
  const { sqs, outputs } = clientsOf(pindrop);
  await sqs.send(new SendMessageCommand({ QueueUrl: outputs['QueueUrl'], MessageBody: 'not a notification' }));
}

/** With these settings, an unreadable message reaches the dead-letter queue within seconds. */
const IMPATIENT = { giveUpAfterHours: 0.0003, redeliverAfterSeconds: 3, uploadTimeoutMinutes: 0.2 };

interface Scenario {
  alarm: string;
  options?: LocalPindropOptions;
  /** Causes the fault that the alarm reports. */
  happens: (pindrop: LocalPindrop) => Promise<unknown>;
  /** Set if the metric needs a long time to reach the threshold: the test only checks that its value rises above 1. */
  onlyMoves?: true;
  /** Further assertions once the alarm is raised. */
  moreover?: (pindrop: LocalPindrop) => void;
}

const SCENARIOS: Scenario[] = [
  {
    alarm: 'OldestMessage',
    onlyMoves: true,
    async happens(pindrop) {
      pindrop.simulator.inject({ operation: 'media_create', fault: { kind: 'status', status: 503 }, times: 100 });
      await pindrop.drop('clip.mp4', clip);
    },
  },
  {
    alarm: 'LongWait',
    onlyMoves: true,
    async happens(pindrop) {
      pindrop.simulator.inject({ operation: 'media_create', fault: { kind: 'status', status: 503 }, times: 100 });
      await pindrop.drop('clip.mp4', clip);
    },
  },
  {
    alarm: 'OwnFaults',
    options: {
      settings: { maxBackoffSeconds: 5 },
      change: withVariable('Ingest', 'STATE_MACHINE_ARN', 'arn:aws:states:us-east-1:000000000000:stateMachine:gone'),
    },
    happens: (pindrop) => pindrop.drop('clip.mp4', clip),
    // The file is registered once, not again at each attempt.
    moreover: ({ simulator }) => {
      expect(simulator.requests.filter(({ operation }) => operation === 'media_create')).toHaveLength(1);
    },
  },
  {
    alarm: 'IngestErrors',
    async happens(pindrop) {
      pindrop.simulator.inject({ operation: 'upload', fault: { kind: 'hang' }, times: 1 });
      await pindrop.drop('clip.mp4', clip);
      const { simulator, stack } = pindrop;
      while (!simulator.requests.some(({ operation }) => operation === 'upload'))
        await new Promise((resolve) => setTimeout(resolve, 20));
      for (const { functionName, processId } of stack.functionProcesses())
        if (functionName.endsWith('Ingest')) process.kill(processId, 'SIGKILL');
    },
  },
  {
    alarm: 'PollErrors',
    options: { change: withVariable('MediaStatusPoll', 'DEPLOYMENT', undefined) },
    happens: (pindrop) => pindrop.drop('clip.mp4', clip),
  },
  {
    alarm: 'ReportErrors',
    options: { settings: IMPATIENT, change: withVariable('ReportDeadLetter', 'DEPLOYMENT', undefined) },
    happens: sendNonsense,
  },
  {
    alarm: 'DeadLetters',
    options: {
      settings: IMPATIENT,
      // A message that cannot be reported is redelivered after one second instead of five minutes.
      change: changeResource('AWS::SQS::Queue', 'DropsDeadLetterQueue', (properties) => {
        properties['VisibilityTimeout'] = 1;
      }),
    },
    happens: sendNonsense,
  },
  {
    alarm: 'UntakenDeadLetters',
    options: {
      // Remove the consumer of the dead-letter queue.
      change: (template) => {
        const { Resources, ...rest } = JSON.parse(template) as { Resources: Record<string, unknown> };
        const left = Object.entries(Resources).filter(([id]) => !id.startsWith('ReportDeadLetterMessages'));
        return JSON.stringify({ ...rest, Resources: Object.fromEntries(left) });
      },
    },
    async happens(pindrop) {
      const { sqs, outputs } = clientsOf(pindrop);
      await sqs.send(new SendMessageCommand({ QueueUrl: outputs['DeadLetterQueueUrl'], MessageBody: 'a dead letter' }));
    },
  },
  {
    alarm: 'FailureRatio',
    async happens(pindrop) {
      await pindrop.finalEventOf(await pindrop.drop('good.mp4', clip));
      await pindrop.finalEventOf(await pindrop.drop('notes.mp4', Buffer.from('These are notes.')));
    },
  },
  {
    alarm: 'FailedExecutions',
    async happens(pindrop) {
      const { states, outputs } = clientsOf(pindrop);
      await states.send(
        new StartExecutionCommand({ stateMachineArn: outputs['StateMachineArn'], name: 'nonsense', input: '{}' }),
      );
    },
  },
  {
    alarm: 'TimedOutExecutions',
    options: {
      simulator: { processingSeconds: () => 3600 },
      change: (template) => template.replace('TimeoutSeconds\\":1209600', 'TimeoutSeconds\\":2'),
    },
    happens: (pindrop) => pindrop.drop('clip.mp4', clip),
  },
  {
    alarm: 'FailedPutEvents',
    options: {
      change: changeResource('AWS::StepFunctions::StateMachine', 'MediaStatus', ({ DefinitionString }) => {
        const parts = DefinitionString['Fn::Join'][1] as unknown[];
        const at = parts.findIndex((part) => typeof part === 'string' && part.endsWith('"EventBusName":"'));
        parts[at + 1] = 'gone';
      }),
    },
    happens: (pindrop) => pindrop.drop('clip.mp4', clip),
  },
  {
    alarm: 'RefusedToken',
    options: { tokens: () => ({ accessToken: 'pina_of_somebody_else' }) },
    happens: (pindrop) => pindrop.drop('clip.mp4', clip),
  },
  {
    alarm: 'FailedRotation',
    async happens({ stack }) {
      await expect(stack.rotateSecret(stack.outputs['TokenSecretArn'] ?? '')).rejects.toThrow('auth');
    },
  },
  {
    alarm: 'EndingToken',
    options: {
      tokens: ({ accessToken }) => ({
        accessToken,
        accessTokenExpiresAt: new Date(Date.now() + 6.9 * DAY_MS).toISOString(),
      }),
    },
    async happens(pindrop) {
      await pindrop.finalEventOf(await pindrop.drop('clip.mp4', clip));
    },
  },
  {
    alarm: 'SlackWebhookUploadsUndeliveredEvents',
    options: {
      settings: { with: 'slack-webhook' },
      // The webhook's secret is not filled in: deliveries fail, and are given up after two attempts, not a thousand.
      change: changeResource('AWS::SQS::Queue', 'SlackWebhookUploadsQueue', (properties) => {
        properties['VisibilityTimeout'] = 1;
        properties['RedrivePolicy'].maxReceiveCount = 2;
      }),
    },
    happens: (pindrop) => pindrop.drop('clip.mp4', clip),
  },
  {
    alarm: 'ResultsBucketUndeliveredEvents',
    options: {
      settings: { with: 'results-bucket' },
      change: (template) =>
        changeResource('AWS::Lambda::EventInvokeConfig', 'ResultsBucket', (properties) => {
          properties['MaximumRetryAttempts'] = 0;
        })(withVariable('ResultsBucketWrite', 'RESULTS_BUCKET', 'gone')(template)),
    },
    happens: (pindrop) => pindrop.drop('clip.mp4', clip),
  },
  {
    alarm: 'PublishPinStartFailedExampleExecutions',
    options: { settings: { with: 'publish-pin' } },
    async happens(pindrop) {
      const { states, outputs } = clientsOf(pindrop);
      const stateMachineArn = outputs['PublishPinStateMachineArn'];
      await states.send(new StartExecutionCommand({ stateMachineArn, name: 'nonsense', input: '{}' }));
    },
  },
];

/** The part of an alarm's name that differs between the examples. */
const OF_EXAMPLES = /^.+(?=(UndeliveredEvents|FailedExampleExecutions)$)/;

describe('an alarm', () => {
  it.each(SCENARIOS)('is raised by the fault that it reports: $alarm', async (scenario) => {
    const { alarm: name, options, happens, onlyMoves, moreover } = scenario;
    const pindrop = await startLocalPindrop(options);
    const alarm = alarmsOf(pindrop).get(name);
    if (!alarm) throw new Error(`There is no alarm ${name}.`);
    const { Threshold, ComparisonOperator } = alarm.properties;
    const raised = async () => {
      const value = await metricOf(pindrop, alarm);
      if (value === undefined) return false;
      if (onlyMoves) return value > 1;
      return ComparisonOperator === 'LessThanThreshold' ? value < Threshold : value >= Threshold;
    };
    expect(await raised()).toBe(false);
    await happens(pindrop);
    while (!(await raised())) await new Promise((resolve) => setTimeout(resolve, 50));
    moreover?.(pindrop);
  });

  it('has a scenario above, and links to its section of the runbook', async () => {
    const alarms = alarmsOf(await startLocalPindrop({ settings: { with: EXAMPLE_NAMES.join(',') } }));
    const kinds = (names: Iterable<string>) => new Set([...names].map((name) => name.replace(OF_EXAMPLES, '')));
    expect(kinds(alarms.keys())).toEqual(kinds(SCENARIOS.map(({ alarm }) => alarm)));
    for (const { properties } of alarms.values()) {
      const [, page = '', anchor = ''] = / More: (\S+)#(\S+)$/.exec(properties['AlarmDescription']) ?? [];
      const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
      const title = anchor.replaceAll('-', ' ');
      const paragraph = text.split('\n## ').find((each) => each.split('\n')[0]?.toLowerCase() === title);
      for (const part of ['What it means', 'What to look at', 'What to do', 'If you do nothing']) {
        expect(paragraph, anchor).toContain(`**${part}.**`);
      }
    }
  });
});
