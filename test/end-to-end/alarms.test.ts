import { readFileSync } from 'node:fs';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { GetQueueAttributesCommand, type QueueAttributeName, SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { EXAMPLE_NAMES } from '../../infra/examples/example-names.ts';
import { type Resource, readTemplate } from '../../infra/local/aws/template/template.ts';
import { portsOf } from '../../infra/operations/stack-ports.ts';
import { METRIC_NAMESPACE } from '../../shared/upload/metrics.ts';
import { type LocalPindrop, type LocalPindropOptions, startLocalPindrop } from '../harness/local-pindrop.ts';
import { measuredBy } from '../harness/measured.ts';

const clip = readFileSync(new URL('../fixtures/inspection/index-first.mp4', import.meta.url));
const DAY_MS = 86_400_000;

/** The alarms of a stack as deployed, by the end of their ids. */
function alarmsOf({ assemblyDirectory, stack }: LocalPindrop): Map<string, Resource> {
  const place = { account: '000000000000', region: stack.region, endpoint: stack.endpoint };
  const { resources } = readTemplate(assemblyDirectory, 'Pindrop', place);
  const alarms = resources.filter(({ type }) => type === 'AWS::CloudWatch::Alarm');
  return new Map(alarms.map((alarm) => [alarm.name.replace(/^Pindrop-(Monitoring)?/, ''), alarm]));
}

function clientsOf({ stack: { endpoint, region, accessKey: credentials, outputs } }: LocalPindrop) {
  const client = { endpoint, region, credentials };
  const events = new EventBridgeClient(client);
  onTestFinished(() => events.destroy());
  return { ...portsOf({ stackName: 'Pindrop', outputs, client, local: true }), events };
}

/** The alarm's metric as CloudWatch would have it by now: its newest value, or the sum of all. */
async function metricOf(pindrop: LocalPindrop, alarm: Resource): Promise<number | undefined> {
  const { Namespace, MetricName, Statistic, Dimensions = [] } = alarm.properties;
  const dimensions = Object.fromEntries(
    (Dimensions as { Name: string; Value: string }[]).map(({ Name, Value }) => [Name, Value]),
  );
  const { observations } = pindrop;
  if (Namespace === METRIC_NAMESPACE) {
    const values = (measuredBy(pindrop).get(MetricName) ?? [])
      .filter((each) => JSON.stringify(each.dimensions) === JSON.stringify(dimensions))
      .map(({ value }) => value);
    if (values.length === 0) return undefined;
    const sum = values.reduce((total, value) => total + value, 0);
    const most = Math.max(...values);
    return { Sum: sum, Average: sum / values.length, Minimum: Math.min(...values), Maximum: most }[Statistic as string];
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
  return Number(Attributes[attribute]);
}

interface Scenario {
  alarm: string;
  options?: LocalPindropOptions;
  /** Makes happen what the alarm is for. */
  happens: (pindrop: LocalPindrop) => Promise<unknown>;
  /** A value that only time would bring about. */
  onlyMoves?: true;
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
    alarm: 'DeadLetters',
    // What cannot be reported is there again at once, and not after five minutes.
    options: { change: (template) => template.replace(/"VisibilityTimeout": ?300/, '"VisibilityTimeout":0') },
    async happens(pindrop) {
      const { sqs, outputs } = clientsOf(pindrop);
      const QueueUrl = outputs['DeadLetterQueueUrl'];
      for (const message of Array.from({ length: 50 }, (_, number) => `no notification ${number}`)) {
        await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: message }));
      }
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
    async happens(pindrop) {
      const { events } = clientsOf(pindrop);
      const entry = { EventBusName: 'gone', Source: 'pindrop', DetailType: 'Media Upload Succeeded', Detail: '{}' };
      await events.send(new PutEventsCommand({ Entries: [entry] }));
    },
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
  ...['SlackWebhookUploads', 'ResultsBucket'].map((queue) => ({
    alarm: `${queue}UndeliveredEvents`,
    options: { settings: { with: 'slack-webhook,results-bucket' } },
    async happens(pindrop: LocalPindrop) {
      const { sqs, outputs } = clientsOf(pindrop);
      const QueueUrl = outputs[`${queue.replace('Uploads', '')}DeadLetterQueueUrl`];
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'an event' }));
    },
  })),
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

/** What is the same for every example. */
const OF_EXAMPLES = /^.+(?=(UndeliveredEvents|FailedExampleExecutions)$)/;

describe('an alarm', () => {
  it.each(SCENARIOS)('is raised by what it is for: $alarm', async ({ alarm: name, options, happens, onlyMoves }) => {
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
  });

  it('has a scenario above, and a paragraph of the runbook behind its link', async () => {
    const alarms = alarmsOf(await startLocalPindrop({ settings: { with: EXAMPLE_NAMES.join(',') } }));
    const kinds = (names: Iterable<string>) => new Set([...names].map((name) => name.replace(OF_EXAMPLES, '')));
    expect(kinds(alarms.keys())).toEqual(kinds(SCENARIOS.map(({ alarm }) => alarm)));
    for (const { properties } of alarms.values()) {
      const [, page = '', anchor = ''] = /What to do: (\S+)#(\S+)$/.exec(properties['AlarmDescription']) ?? [];
      const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
      const title = anchor.replaceAll('-', ' ');
      const paragraph = text.split('\n## ').find((each) => each.split('\n')[0]?.toLowerCase() === title);
      for (const part of ['What it means', 'What to look at', 'What to do', 'If you do nothing']) {
        expect(paragraph, anchor).toContain(`**${part}.**`);
      }
    }
  });
});
