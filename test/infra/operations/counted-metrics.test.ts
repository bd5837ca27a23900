import { CloudWatchClient, type GetMetricStatisticsInput } from '@aws-sdk/client-cloudwatch';
import { expect, it } from 'vitest';
import { ignoredFiles, unreadableNotifications } from '../../../infra/operations/stack-health.ts';
import { loopbackServer, received } from '../../harness/loopback-server.ts';

/** The sums of each period by the value of the dimension `service`: three deployments in one AWS account. */
const SUMS: Record<string, number[]> = { Pindrop: [2, 1], OtherPindrop: [10], Pindrop2: [20] };

it.each([
  ['unreadable notifications of 14 days', 'UnreadableNotifications', 14 * 86_400, unreadableNotifications],
  ['ignored files of a day', 'FilesIgnored', 86_400, ignoredFiles],
] as const)('counts the %s of one deployment, not those of others', async (_what, MetricName, Period, count) => {
  const endpoint = await loopbackServer(async (request, response) => {
    expect(request.headers['x-amz-target']).toMatch(/\.GetMetricStatistics$/);
    const asked: GetMetricStatisticsInput = JSON.parse((await received(request)).body.toString());
    expect(asked).toMatchObject({ Namespace: 'Pindrop', MetricName, Period, Statistics: ['Sum'] });
    const [{ Name = '', Value = '' } = {}, ...others] = asked.Dimensions ?? [];
    expect([Name, others]).toEqual(['service', []]);
    const Datapoints = SUMS[Value]?.map((Sum) => ({ Sum })) ?? [];
    response.writeHead(200, { 'Content-Type': 'application/x-amz-json-1.0' }).end(JSON.stringify({ Datapoints }));
  });
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const cloudWatch = new CloudWatchClient({ endpoint, region: 'us-east-1', credentials });
  const counts = ['Pindrop', 'Pindrop2', 'Pin'].map((deployment) => count(deployment, { cloudWatch }));
  await expect(Promise.all(counts)).resolves.toEqual([3, 20, 0]);
});
