import http from 'node:http';
import type { AddressInfo } from 'node:net';

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/**
 * Stands in for CloudFormation, which returns the outputs of a deployed stack, and for CloudWatch, which returns no
 * alarms. The local stack has neither service. The operator's commands can then run as typed, without `--local`.
 */
export async function startStackDirectory(outputs: Record<string, string>) {
  const members = Object.entries(outputs).map(
    ([name, value]) =>
      `<member><OutputKey>${escaped(name)}</OutputKey><OutputValue>${escaped(value)}</OutputValue></member>`,
  );
  const stack = `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks>
    <member><StackName>Pindrop</StackName><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-03-01T09:00:00Z</CreationTime>
    <Outputs>${members.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    if (Buffer.concat(chunks).toString().startsWith('Action=DescribeStacks&')) {
      response.writeHead(200, { 'Content-Type': 'text/xml' }).end(stack);
    } else if (String(request.headers['x-amz-target']).endsWith('.DescribeAlarms')) {
      response.writeHead(200, { 'Content-Type': 'application/x-amz-json-1.0' }).end('{"MetricAlarms":[]}');
    } else if (String(request.headers['x-amz-target']).endsWith('.GetMetricStatistics')) {
      response.writeHead(200, { 'Content-Type': 'application/x-amz-json-1.0' }).end('{}');
    } else response.writeHead(400).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    environment: { AWS_ENDPOINT_URL_CLOUDFORMATION: url, AWS_ENDPOINT_URL_CLOUDWATCH: url },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
