import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FollowedUpload } from '../../../shared/upload/execution.ts';
import { GATE_OPEN, NOTHING_LEARNED } from '../../../shared/upload/initial-parameters.ts';

export interface AwsStandIn {
  /** Value for AWS_ENDPOINT_URL and PINTEREST_API_URL. */
  url: string;
  /** Inputs of the executions that were started so far. */
  started: FollowedUpload[];
  stop(): Promise<void>;
}

/**
 * Stands in for everything that the ingest function calls except the source and the sink: four AWS services and
 * Pinterest's media_create. It responds at once.
 * @param uploadUrl the upload URL that a registration returns
 */
export async function startAwsStandIn(uploadUrl: string): Promise<AwsStandIn> {
  const started: AwsStandIn['started'] = [];
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const operation = String(request.headers['x-amz-target'] ?? request.url).replace(/^.*[./]/, '');
    const [status, answer] = answerTo(operation, body);
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
  });

  function answerTo(operation: string, body: string): [number, object] {
    switch (operation) {
      case 'GetSecretValue':
        return [200, { SecretString: '{"accessToken":"bench"}' }];
      case 'GetParameter':
        return [200, { Parameter: { Value: /RATE_LIMIT/.test(body) ? GATE_OPEN : NOTHING_LEARNED } }];
      case 'DescribeExecution':
        return [400, { __type: 'ExecutionDoesNotExist' }];
      case 'StartExecution':
        started.push(JSON.parse(JSON.parse(body).input));
        return [200, { executionArn: 'arn', startDate: 0 }];
      case 'ChangeMessageVisibility':
        return [200, {}];
      case 'media':
        return [201, { media_id: '1', media_type: 'video', upload_url: uploadUrl, upload_parameters: { key: 'k' } }];
      default:
        return [404, { __type: operation }];
    }
  }

  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    started,
    stop: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
}
