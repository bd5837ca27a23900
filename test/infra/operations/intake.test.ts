import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { intakeOf } from '../../../infra/operations/intake.ts';
import { loopbackServer } from '../../harness/loopback-server.ts';

const QUEUE_ARN = 'arn:aws:sqs:us-east-1:123456789012:drops';
const outputs = { QueueUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/drops', DropBucketName: 'videos' };
const OTHER_QUEUE = QUEUE_ARN.replace('drops', 'other');

const policyOf = (...services: string[]) =>
  JSON.stringify({
    Statement: [
      { Effect: 'Deny', Principal: { AWS: '*' }, Action: 'sqs:*' },
      ...services.map((Service) => ({ Effect: 'Allow', Principal: { Service }, Action: 'sqs:SendMessage' })),
    ],
  });
const toQueue = (arn = QUEUE_ARN, event = 's3:ObjectCreated:*') =>
  `<QueueConfiguration><Id>a</Id><Queue>${arn}</Queue><Event>${event}</Event></QueueConfiguration>`;
const TO_TOPIC =
  '<TopicConfiguration><Id>b</Id><Topic>arn:aws:sns:us-east-1:1:t</Topic><Event>s3:ObjectCreated:Put</Event></TopicConfiguration>';
const TO_EVENTBRIDGE = '<EventBridgeConfiguration></EventBridgeConfiguration>';

/** The SDK's own clients, and a server with this queue policy and this configuration of the bucket. */
async function intakeWith(policy: string | undefined, configuration: string) {
  const endpoint = await loopbackServer((request, response) => {
    if (request.headers['x-amz-target'] === 'AmazonSQS.GetQueueAttributes') {
      const Attributes = { QueueArn: QUEUE_ARN, ...(policy !== undefined && { Policy: policy }) };
      return void response.writeHead(200).end(JSON.stringify({ Attributes }));
    }
    expect(request.url).toMatch(/^\/videos\/?\?notification/);
    response.writeHead(200).end(`<NotificationConfiguration>${configuration}</NotificationConfiguration>`);
  });
  const client = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const sqs = new SQSClient({ ...client, useQueueUrlAsEndpoint: false });
  return intakeOf({ s3, sqs, outputs, stackName: 'Pindrop' });
}

const [S3, EVENTS, SNS] = ['s3.amazonaws.com', 'events.amazonaws.com', 'sns.amazonaws.com'];
const [QUEUE, BUS, TOPIC] = ['notifies the queue', 'sends its events to EventBridge', 'notifies a topic'];

describe('intakeOf', () => {
  it.each<[string, string | undefined, string, string[], string[]]>([
    ["S3's notification", policyOf(S3), toQueue(), [QUEUE], []],
    ['EventBridge', policyOf(EVENTS), TO_EVENTBRIDGE, [BUS], []],
    ['a topic', policyOf(SNS), TO_TOPIC, [TOPIC], []],
    ['two ways', policyOf(S3, SNS), toQueue() + TO_TOPIC, [QUEUE, TOPIC], []],
    ['an emulator, whose queue has no policy', undefined, toQueue(), [QUEUE], [BUS, TOPIC]],
    ['no way: nothing is configured', policyOf(S3), '', [], [QUEUE]],
    ['no way: the bucket notifies another queue', policyOf(S3), toQueue(OTHER_QUEUE), [], [QUEUE]],
    ['no way: only deletions are notified', policyOf(S3), toQueue(QUEUE_ARN, 's3:ObjectRemoved:*'), [], [QUEUE]],
    ['no way: EventBridge is on, and no rule may send', policyOf(S3), TO_EVENTBRIDGE, [], [QUEUE]],
  ])('finds %s', async (_what, policy, configuration, working, missing) => {
    await expect(intakeWith(policy, configuration)).resolves.toEqual({ working, missing });
  });
});
