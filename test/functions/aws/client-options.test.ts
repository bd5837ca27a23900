import { IncomingMessage, type RequestListener } from 'node:http';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { clientOptions, s3ClientOptions } from '../../../functions/aws/client-options.ts';
import { loopbackServer, type ReceivedRequest, received } from '../../harness/loopback-server.ts';

const account = { region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
const PARAMETER = '{"Parameter":{"Value":"1"}}';

/** A service that records its requests and sends these responses in turn. It repeats the last response. */
async function serviceOf(...answers: RequestListener[]) {
  const requests: ReceivedRequest[] = [];
  const endpoint = await loopbackServer(async (request, response) => {
    requests.push(await received(request));
    answers[Math.min(requests.length, answers.length) - 1]?.(request, response);
  });
  return { requests, endpoint };
}

const answering =
  (status: number, body: string): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' }).end(body);

afterEach(() => vi.unstubAllEnvs());

describe('the AWS clients of the functions', () => {
  it.each<[string, RequestListener]>([
    ['a reset', (request) => request.socket.destroy()],
    ['an error of the service', answering(503, '{}')],
    ["a gateway's page", answering(502, '<html>Bad Gateway</html>')],
    ['throttling', answering(400, '{"__type":"ThrottlingException"}')],
  ])('repeat a request after %s, twice at most', async (_what, fault) => {
    const { requests, endpoint } = await serviceOf(fault, fault, answering(200, PARAMETER));
    const ssm = new SSMClient({ ...clientOptions, ...account, endpoint });
    onTestFinished(() => ssm.destroy());
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: 'n' }));
    expect(Parameter?.Value).toBe('1');
    expect(requests).toHaveLength(3);
    const faulty = await serviceOf(fault);
    const other = new SSMClient({ ...clientOptions, ...account, endpoint: faulty.endpoint });
    onTestFinished(() => other.destroy());
    await expect(other.send(new GetParameterCommand({ Name: 'n' }))).rejects.toThrow();
    expect(faulty.requests).toHaveLength(3);
  });

  it('do not repeat a refused request', async () => {
    const { requests, endpoint } = await serviceOf(answering(400, '{"__type":"AccessDeniedException"}'));
    const ssm = new SSMClient({ ...clientOptions, ...account, endpoint });
    onTestFinished(() => ssm.destroy());
    await expect(ssm.send(new GetParameterCommand({ Name: 'n' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    expect(requests).toHaveLength(1);
  });

  it.each([
    ['does not begin', () => {}],
    [
      'stops in its body',
      ((_request, response) => response.writeHead(200, { 'Content-Length': 100 }).write('{')) as RequestListener,
    ],
  ])('time out on a response that %s', async (_what, answer) => {
    const { endpoint } = await serviceOf(answer);
    // The functions' own timeout options, with shorter values.
    const requestHandler = { ...clientOptions.requestHandler, requestTimeout: 200, socketTimeout: 200 };
    const ssm = new SSMClient({ ...clientOptions, ...account, endpoint, requestHandler, maxAttempts: 1 });
    onTestFinished(() => ssm.destroy());
    await expect(ssm.send(new GetParameterCommand({ Name: 'n' }))).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('send the trace id of the invocation with each request', async () => {
    const { requests, endpoint } = await serviceOf(answering(200, PARAMETER));
    vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'ingest');
    vi.stubEnv('_X_AMZN_TRACE_ID', 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1');
    const ssm = new SSMClient({ ...clientOptions, ...account, endpoint });
    onTestFinished(() => ssm.destroy());
    await ssm.send(new GetParameterCommand({ Name: 'n' }));
    expect(requests[0]?.headers['x-amzn-trace-id']).toBe(process.env['_X_AMZN_TRACE_ID']);
  });

  it("read an object without a checksum of its bytes, directly from Node's response", async () => {
    const { requests, endpoint } = await serviceOf((_request, response) => response.end('bytes'));
    const s3 = new S3Client({ ...s3ClientOptions, ...account, endpoint });
    onTestFinished(() => s3.destroy());
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }));
    expect(requests[0]?.headers['x-amz-checksum-mode']).toBeUndefined();
    expect(Body).toBeInstanceOf(IncomingMessage);
    expect(await Body?.transformToString()).toBe('bytes');
  });

  it.each(['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3'])(
    'name the bucket in the path at the endpoint in %s',
    async (name) => {
      const { requests, endpoint } = await serviceOf((_request, response) => response.end('bytes'));
      vi.stubEnv(name, endpoint.replace('127.0.0.1', 'localhost'));
      vi.resetModules();
      const fresh = await import('../../../functions/aws/client-options.ts');
      const s3 = new S3Client({ ...fresh.s3ClientOptions, ...account });
      onTestFinished(() => s3.destroy());
      await s3.send(new GetObjectCommand({ Bucket: 'a.bucket', Key: 'a b/é.mp4' }));
      expect(requests[0]?.path).toMatch(/^\/a\.bucket\/a%20b\/%C3%A9\.mp4\?/);
    },
  );

  it("name the bucket in the host at AWS's own endpoint", () => {
    expect(s3ClientOptions.forcePathStyle).toBe(false);
  });
});
