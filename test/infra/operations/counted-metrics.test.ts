import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { expect, it } from 'vitest';
import { ignoredFiles, unreadableNotifications } from '../../../infra/operations/stack-health.ts';
import { loopbackServer, received } from '../../harness/loopback-server.ts';

it.each([
  ['unreadable notifications of 14 days', 'UnreadableNotifications', 14 * 86_400, unreadableNotifications],
  ['ignored files of a day', 'FilesIgnored', 86_400, ignoredFiles],
] as const)('counts the %s of one stack, not those of other stacks', async (_what, MetricName, Period, count) => {
  const metricOf = (service: string) => ({
    Namespace: 'Pindrop',
    MetricName,
    Dimensions: [{ Name: 'service', Value: service }],
  });
  const asked: { Dimensions?: unknown; Statistics?: unknown }[] = [];
  const endpoint = await loopbackServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1);
    const body = JSON.parse((await received(request)).body.toString() || '{}');
    if (operation === 'GetMetricStatistics') asked.push(body);
    const answer =
      operation === 'ListMetrics'
        ? { Metrics: [metricOf('Pindrop'), metricOf('OtherPindrop')] }
        : { Datapoints: [{ Sum: 2 }, { Sum: 1 }] };
    response.writeHead(200, { 'Content-Type': 'application/x-amz-json-1.0' }).end(JSON.stringify(answer));
  });
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const cloudWatch = new CloudWatchClient({ endpoint, region: 'us-east-1', credentials });
  expect(await count({ cloudWatch, stackName: 'Pindrop' })).toBe(3);
  expect(asked).toMatchObject([
    { MetricName, Period, Dimensions: [{ Name: 'service', Value: 'Pindrop' }], Statistics: ['Sum'] },
  ]);
});
