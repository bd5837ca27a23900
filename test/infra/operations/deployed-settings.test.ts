import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { deployedSettings } from '../../../infra/operations/deployed-settings.ts';
import { loopbackServer } from '../../harness/loopback-server.ts';

const QUEUE_ARN = 'arn:aws:sqs:us-east-1:123456789012:drops';
const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:123456789012:function:ingest';
const outputs = { QueueUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/drops', DropBucketName: 'videos' };

/** The SDK's own clients, and a server on which a function with this environment takes messages from the queue. */
async function settingsOf(variables: Record<string, string> | undefined) {
  const answers: Record<string, object> = {
    '/': { Attributes: { QueueArn: QUEUE_ARN } },
    [`/2015-03-31/event-source-mappings?EventSourceArn=${encodeURIComponent(QUEUE_ARN)}`]: {
      EventSourceMappings: variables ? [{ FunctionArn: FUNCTION_ARN }] : [],
    },
    [`/2015-03-31/functions/${encodeURIComponent(FUNCTION_ARN)}/configuration`]: {
      Environment: { Variables: variables },
    },
  };
  const endpoint = await loopbackServer(({ url = '' }, response) => {
    const answer = answers[url];
    response.writeHead(answer ? 200 : 404, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer ?? {}));
  });
  const client = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
  const sqs = new SQSClient({ ...client, useQueueUrlAsEndpoint: false });
  return deployedSettings({ lambda: new LambdaClient(client), sqs, outputs, stackName: 'Pindrop' });
}

describe('deployedSettings', () => {
  it.each<[string, Record<string, string>, object]>([
    [
      'no filter',
      { DEPLOYMENT: 'Videos-Pins', RATE_LIMIT_PARAMETER: '/gate' },
      { deployment: 'Videos-Pins', bucket: 'videos', prefixes: [''], suffixes: [], gates: { '': '/gate' } },
    ],
    [
      'a prefix and suffixes',
      { DEPLOYMENT: 'Videos-Pins', RATE_LIMIT_PARAMETER: '/gate', PREFIX: 'ü "1"/{a}=🌷/', SUFFIXES: '.mp4,.MOV' },
      {
        deployment: 'Videos-Pins',
        bucket: 'videos',
        prefixes: ['ü "1"/{a}=🌷/'],
        suffixes: ['.mp4', '.MOV'],
        gates: { '': '/gate' },
      },
    ],
    [
      'two accounts',
      {
        DEPLOYMENT: 'Videos-Pins',
        ACCOUNTS: JSON.stringify({
          'brand-a': { prefix: 'a/', secret: 'arn:a', gate: '/gate-a' },
          'brand-b': { prefix: 'b/', secret: 'arn:b', gate: '/gate-b' },
        }),
      },
      {
        deployment: 'Videos-Pins',
        bucket: 'videos',
        prefixes: ['a/', 'b/'],
        suffixes: [],
        gates: { 'brand-a': '/gate-a', 'brand-b': '/gate-b' },
      },
    ],
  ])("reads the environment of the queue's function: %s", async (_what, variables, expected) => {
    await expect(settingsOf(variables)).resolves.toEqual(expected);
  });

  it('reports that no function takes messages from the queue', async () => {
    await expect(settingsOf(undefined)).rejects.toThrow(
      `No function takes messages from ${outputs.QueueUrl}: deploy again.`,
    );
  });
});
