import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openEndpoint } from '../../../../infra/local/aws/endpoint.ts';

const credentials = { accessKeyId: 'PINDROPOFTHISTEST', secretAccessKey: 'secret' };
/** The Authorization header that the SDKs send. */
const Authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/20260301/us-east-1/s3/aws4_request`;

/** An endpoint whose services answer every request and record it. */
async function endpoint() {
  const asked: string[] = [];
  const directory = await mkdtemp(join(tmpdir(), 'pindrop-endpoint-'));
  const opened = await openEndpoint({ file: join(directory, 'port') }, credentials);
  onTestFinished(async () => {
    await opened.close();
    await rm(directory, { recursive: true, force: true });
  });
  opened.services.set('secretsmanager', {
    GetSecretValue() {
      asked.push('secret');
      return { SecretString: 'pina_secret' };
    },
  });
  const answers = (name: string, body: string): http.RequestListener => {
    return (request, response) => {
      asked.push(name);
      request.resume().on('end', () => response.end(body));
    };
  };
  opened.s3 = answers('s3', 'bytes');
  opened.queues = answers('queues', '{}');
  opened.lambda = answers('lambda', '{}');
  return { ...opened, asked };
}

/** Sends a request with headers that fetch does not allow. */
function ask(url: string, method: string, headers: http.OutgoingHttpHeaders) {
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const request = http.request(url, { method, headers }, async (response) =>
      resolve({ status: response.statusCode, body: await text(response) }),
    );
    request.on('error', reject).end(method === 'POST' ? '{}' : '');
  });
}

const SECRET = { 'X-Amz-Target': 'secretsmanager.GetSecretValue', 'Content-Type': 'application/x-amz-json-1.1' };
const FORM = { 'Content-Type': 'multipart/form-data; boundary=x' };

describe('the endpoint', () => {
  it.each([
    ['a name that resolves to loopback', { ...SECRET, Host: 'evil.example' }],
    ['that name with the port', { ...SECRET, Host: 'evil.example:PORT' }],
    ['another port of this machine', { ...SECRET, Host: '127.0.0.1:1' }],
    ['a bucket in the name', { Host: 'pindrop-dropbucket.localhost:PORT' }],
    ['a page of another site', { ...SECRET, Origin: 'https://evil.example' }],
    ['a page of its own', { ...SECRET, Origin: 'http://127.0.0.1:PORT' }],
    ['a form of another site', { ...FORM, Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }],
    ['a form that hides where it is from', { ...FORM, Origin: 'null' }],
    ['an image of another site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['the console of this machine', { 'Sec-Fetch-Site': 'same-site' }],
  ])('refuses %s with a sentence, and calls no service', async (_who, headers) => {
    const { url, port, asked } = await endpoint();
    const filled = Object.entries(headers).map(([name, value]) => [name, value.replace('PORT', String(port))]);
    const answer = await ask(url, 'POST', { Authorization, ...Object.fromEntries(filled) });
    expect(answer.status).toBe(403);
    expect(answer.body).toMatch(/^The stack on this machine [^\n]+\.\n$/);
    expect(asked).toEqual([]);
  });

  it.each([
    ['no signature', {}],
    ['the access key of another state directory', { Authorization: Authorization.replace('PINDROP', 'ANOTHER') }],
    ['a signature of another kind', { Authorization: 'Basic bG9jYWw6bG9jYWw=' }],
  ])('refuses %s with 403, and calls no service', async (_what, headers) => {
    const { url, asked } = await endpoint();
    for (const [method, more] of [
      ['POST', SECRET],
      ['POST', { ...SECRET, 'X-Amz-Target': 'AmazonSQS.ReceiveMessage' }],
    ] as const) {
      const answer = await ask(url, method, { ...headers, ...more });
      expect(answer).toMatchObject({
        status: 403,
        body: expect.stringContaining('the access key that npm start prints'),
      });
    }
    const toLambda = Authorization.replace('PINDROP', 'ANOTHER').replace('/s3/', '/lambda/');
    expect(toLambda).toContain('/lambda/');
    const refused = await ask(`${url}/2015-03-31/functions/f/configuration`, 'GET', { Authorization: toLambda });
    expect(refused.status).toBe(403);
    expect(asked).toEqual([]);
  });

  it('passes unsigned requests to S3, which checks signatures itself', async () => {
    const { url, asked } = await endpoint();
    for (const method of ['GET', 'PUT']) expect((await ask(`${url}/b/k`, method, {})).body).toBe('bytes');
    expect(asked).toEqual(['s3', 's3']);
  });

  it.each([['127.0.0.1'], ['localhost']])('answers programs on this machine at %s', async (name) => {
    const { port, asked } = await endpoint();
    const client = { endpoint: `http://${name}:${port}`, region: 'us-east-1', credentials, maxAttempts: 1 };
    const s3 = new S3Client({ ...client, forcePathStyle: true });
    const [secrets, sqs, lambda] = [new SecretsManagerClient(client), new SQSClient(client), new LambdaClient(client)];
    onTestFinished(() => [s3, secrets, sqs, lambda].forEach((each) => void each.destroy()));
    await s3.send(new PutObjectCommand({ Bucket: 'b', Key: 'k', Body: 'x' }));
    await s3.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }));
    await sqs.send(new ReceiveMessageCommand({ QueueUrl: `http://${name}:${port}/1/q` }));
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: 's' }));
    expect(SecretString).toBe('pina_secret');
    await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'f' }));
    // As when a person opens a presigned URL in a browser.
    const presigned = `http://${name}:${port}/b/k?X-Amz-Credential=${credentials.accessKeyId}%2F20260301%2Fus-east-1`;
    expect((await ask(presigned, 'GET', { 'Sec-Fetch-Site': 'none' })).status).toBe(200);
    expect(asked).toEqual(['s3', 's3', 'queues', 'secret', 'lambda', 's3']);
  });
});
