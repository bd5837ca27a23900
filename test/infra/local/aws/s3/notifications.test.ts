import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetBucketNotificationConfigurationCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startLocalStack } from '../../../../../infra/local/aws/local-stack.ts';
import type { Observation } from '../../../../../infra/local/aws/observation.ts';
import { readNotification } from '../../../../../shared/upload/notification.ts';

const QUEUE_ARN = { 'Fn::GetAtt': ['Queue', 'Arn'] };
const TO_QUEUE = { QueueConfigurations: [{ Events: ['s3:ObjectCreated:*'], QueueArn: QUEUE_ARN }] };
const TO_TOPIC = { TopicConfigurations: [{ Events: ['s3:ObjectCreated:*'], TopicArn: { Ref: 'Topic' } }] };
const TO_EVENTBRIDGE = { EventBridgeConfiguration: {} };

const SUBSCRIPTION = { Protocol: 'sqs', TopicArn: { Ref: 'Topic' }, Endpoint: QUEUE_ARN };
const RULE = {
  Type: 'AWS::Events::Rule',
  Properties: {
    EventPattern: {
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: [{ Ref: 'Bucket' }] }, object: { key: [{ prefix: 'a b/' }] } },
    },
    Targets: [{ Id: 'Target0', Arn: QUEUE_ARN }],
  },
};

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'pindrop-notifications-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

interface Options {
  versioned?: boolean;
  /** May hold the state of an earlier start. */
  directory?: string;
}

/** Starts a stack with a bucket that has this notification configuration, a queue, and further resources. */
async function started(configuration: object, resources: object = {}, { versioned = true, ...options }: Options = {}) {
  const directory = options.directory ?? (await newDirectory());
  const template = {
    Resources: {
      Bucket: {
        Type: 'AWS::S3::Bucket',
        Properties: versioned ? { VersioningConfiguration: { Status: 'Enabled' } } : {},
      },
      Queue: { Type: 'AWS::SQS::Queue' },
      Notifications: {
        Type: 'Custom::S3BucketNotifications',
        Properties: { BucketName: { Ref: 'Bucket' }, NotificationConfiguration: configuration },
      },
      ...resources,
    },
    Outputs: { Bucket: { Value: { Ref: 'Bucket' } }, Queue: { Value: { Ref: 'Queue' } } },
  };
  await writeFile(join(directory, 'S.template.json'), JSON.stringify(template));
  const observations: Observation[] = [];
  const stack = await startLocalStack({
    assemblyDirectory: directory,
    stackName: 'S',
    stateDirectory: directory,
    secretValues: {},
    observe: (observation) => observations.push(observation),
  });
  const client = { endpoint: stack.endpoint, region: stack.region, credentials: stack.accessKey };
  const [s3, sqs, events] = [new S3Client(client), new SQSClient(client), new EventBridgeClient(client)];
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= stack.stop();
    return stopped;
  };
  onTestFinished(async () => {
    for (const each of [s3, sqs, events]) each.destroy();
    await stop();
  });
  const { Bucket, Queue: QueueUrl } = stack.outputs;
  return {
    bucket: Bucket,
    observations,
    events,
    stop,
    configured: () => s3.send(new GetBucketNotificationConfigurationCommand({ Bucket })),
    put: (Key: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'bytes' })),
    /** Waits for this number of messages and removes them. */
    async messages(count: number): Promise<string[]> {
      const bodies: string[] = [];
      while (bodies.length < count) {
        const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
        for (const { Body = '', ReceiptHandle } of Messages) {
          bodies.push(Body);
          await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
        }
      }
      return bodies;
    },
  };
}

const topicWith = (subscription: object) => ({
  Topic: { Type: 'AWS::SNS::Topic' },
  Subscription: { Type: 'AWS::SNS::Subscription', Properties: { ...SUBSCRIPTION, ...subscription } },
  TopicPolicy: { Type: 'AWS::SNS::TopicPolicy', Properties: { PolicyDocument: {}, Topics: [{ Ref: 'Topic' }] } },
});

describe('the notifications of a bucket', () => {
  it('can be read as they are configured: to a queue, and to EventBridge', async () => {
    const Filter = { Key: { FilterRules: [{ Name: 'prefix', Value: 'a+b/' }] } };
    const [toQueue] = TO_QUEUE.QueueConfigurations;
    const { configured } = await started({
      ...TO_EVENTBRIDGE,
      QueueConfigurations: [{ Id: 'ours', ...toQueue, Filter }],
    });
    const { $metadata: _, ...configuration } = await configured();
    expect(configuration).toEqual({
      QueueConfigurations: [
        { Id: 'ours', QueueArn: 'arn:aws:sqs:us-east-1:000000000000:S-Queue', Events: ['s3:ObjectCreated:*'], Filter },
      ],
      EventBridgeConfiguration: {},
    });
  });

  it('can be read as they are configured: to a topic, and none', async () => {
    const { configured } = await started(TO_TOPIC, topicWith({}));
    expect(await configured()).toMatchObject({
      TopicConfigurations: [{ TopicArn: 'arn:aws:sns:us-east-1:000000000000:S-Topic', Events: ['s3:ObjectCreated:*'] }],
    });
    const { $metadata: _, ...none } = await (await started({})).configured();
    expect(none).toEqual({});
  });

  it("reach a queue through a topic, in SNS's envelope", async () => {
    const { bucket, put, messages } = await started(TO_TOPIC, topicWith({}));
    const { VersionId } = await put('a b/clip.mp4');
    const [body = ''] = await messages(1);
    const envelope = JSON.parse(body);
    expect(envelope).toMatchObject({
      Type: 'Notification',
      TopicArn: 'arn:aws:sns:us-east-1:000000000000:S-Topic',
      MessageId: expect.any(String),
      Timestamp: expect.any(String),
    });
    expect(JSON.parse(envelope.Message)).toMatchObject({ Records: [{ s3: { object: { key: 'a+b/clip.mp4' } } }] });
    expect(readNotification(body).drops).toMatchObject([{ bucket, key: 'a b/clip.mp4', versionId: VersionId }]);
  });

  it.each([true, 'true'])('reach a queue through a topic without an envelope (RawMessageDelivery %j)', async (raw) => {
    const { put, messages } = await started(TO_TOPIC, topicWith({ RawMessageDelivery: raw }));
    await put('a b/clip.mp4');
    const [body = ''] = await messages(1);
    expect(JSON.parse(body)).toMatchObject({ Records: [{ eventSource: 'aws:s3' }] });
  });

  it("reach a queue through a rule on the default bus, as S3's event", async () => {
    const { bucket, put, messages, observations } = await started(TO_EVENTBRIDGE, { Rule: RULE });
    const { VersionId, ETag = '' } = await put('a b/ü+clip.mp4');
    const [body = ''] = await messages(1);
    expect(JSON.parse(body)).toEqual({
      version: '0',
      id: expect.any(String),
      'detail-type': 'Object Created',
      source: 'aws.s3',
      account: '000000000000',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      region: 'us-east-1',
      resources: [`arn:aws:s3:::${bucket}`],
      detail: {
        version: '0',
        bucket: { name: bucket },
        object: {
          key: 'a b/ü+clip.mp4',
          size: 5,
          etag: ETag.replaceAll('"', ''),
          'version-id': VersionId,
          sequencer: expect.stringMatching(/^[0-9A-F]{18,}$/),
        },
        'request-id': expect.stringMatching(/^[0-9A-F]{16}$/),
        requester: '000000000000',
        'source-ip-address': '127.0.0.1',
        reason: 'PutObject',
      },
    });
    // Users of the stack see only its own events.
    expect(observations.filter(({ kind }) => kind === 'event-put')).toEqual([]);
    expect(observations.filter(({ kind }) => kind === 'put-notified')).toHaveLength(1);
  });

  it.each<[string, object, object]>([
    ['EventBridge', TO_EVENTBRIDGE, { Rule: RULE }],
    ['a topic', TO_TOPIC, topicWith({})],
  ])('are not lost when the stack stops right after the put: by %s', async (_what, configuration, resources) => {
    const directory = await newDirectory();
    const before = await started(configuration, resources, { directory });
    const { VersionId } = await before.put('a b/clip.mp4');
    await before.stop();
    const after = await started(configuration, resources, { directory });
    const [body = ''] = await after.messages(1);
    expect(readNotification(body).drops).toMatchObject([{ key: 'a b/clip.mp4', versionId: VersionId }]);
  });

  it('report a put that no rule matches', async () => {
    const { put, observations } = await started(TO_EVENTBRIDGE, { Rule: RULE });
    await put('elsewhere/clip.mp4');
    expect(observations).toEqual([{ kind: 'put-ignored', key: 'elsewhere/clip.mp4' }]);
  });

  it.each([
    ['with versions', true],
    ['without versions', false],
  ])('identify a put by the same upload id when both ways deliver it, in a bucket %s', async (_what, versioned) => {
    const { put, messages } = await started({ ...TO_QUEUE, ...TO_EVENTBRIDGE }, { Rule: RULE }, { versioned });
    await put('a b/clip.mp4');
    const bodies = await messages(2);
    const [first, second] = bodies.map((body) => readNotification(body).drops.map(({ uploadId }) => uploadId));
    expect(first).toHaveLength(1);
    expect(second).toEqual(first);
    await put('a b/clip.mp4');
    const again = (await messages(2)).map((body) => readNotification(body).drops[0]?.uploadId);
    expect(again[0]).not.toBe(first?.[0]);
    expect(again[1]).toBe(again[0]);
  });

  it('can only be put by S3 itself', async () => {
    const { events } = await started(TO_EVENTBRIDGE);
    const Entries = [{ Source: 'aws.s3', DetailType: 'Object Created', Detail: '{}' }];
    const { Entries: results } = await events.send(new PutEventsCommand({ Entries }));
    expect(results).toMatchObject([{ ErrorCode: 'NotAuthorizedForSourceException' }]);
  });

  it.each<[string, object, object, string]>([
    [
      'another event',
      { QueueConfigurations: [{ Events: ['s3:ObjectRemoved:*'], QueueArn: QUEUE_ARN }] },
      {},
      'only knows notifications of s3:ObjectCreated:* to one queue or one topic (Bucket)',
    ],
    ['a queue and a topic', { ...TO_QUEUE, ...TO_TOPIC }, topicWith({}), 'to one queue or one topic (Bucket)'],
    [
      'a function',
      { LambdaFunctionConfigurations: [] },
      {},
      'the notifications LambdaFunctionConfigurations of Bucket',
    ],
    ['a subscription by mail', TO_TOPIC, topicWith({ Protocol: 'email', Endpoint: 'a@example.com' }), 'not of email'],
    [
      'a subscription of a queue elsewhere',
      TO_TOPIC,
      topicWith({ Endpoint: 'arn:aws:sqs:us-east-1:1:q' }),
      'not of sqs arn:aws:sqs:us-east-1:1:q (Subscription)',
    ],
    ['a filter policy', TO_TOPIC, topicWith({ FilterPolicy: {} }), 'does not know the property FilterPolicy'],
  ])(
    'are an error that names what the local runtime does not know: %s',
    async (_what, configuration, more, message) => {
      await expect(started(configuration, more)).rejects.toThrow(message);
    },
  );
});
