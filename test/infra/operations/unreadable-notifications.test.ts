import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { expect, it } from 'vitest';
import { unreadableNotifications } from '../../../infra/operations/stack-health.ts';
import { loopbackServer, received } from '../../harness/loopback-server.ts';

it('counts the unreadable notifications of one stack, not those of other stacks', async () => {
  const metricOf = (service: string) => ({
    Namespace: 'Pindrop',
    MetricName: 'UnreadableNotifications',
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
  expect(await unreadableNotifications({ cloudWatch, stackName: 'Pindrop' })).toBe(3);
  expect(asked).toMatchObject([{ Dimensions: [{ Name: 'service', Value: 'Pindrop' }], Statistics: ['Sum'] }]);
});
