import { createHash, createHmac } from 'node:crypto';
import http from 'node:http';
import * as sdkS3 from '@aws-sdk/client-s3';
import * as sdkSecrets from '@aws-sdk/client-secrets-manager';
import * as sdkSfn from '@aws-sdk/client-sfn';
import * as sdkSqs from '@aws-sdk/client-sqs';
import * as sdkSsm from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as leanS3 from '../../../functions/lean-sdk/client-s3.ts';
import * as leanSecrets from '../../../functions/lean-sdk/client-secrets-manager.ts';
import * as leanSfn from '../../../functions/lean-sdk/client-sfn.ts';
import * as leanSqs from '../../../functions/lean-sdk/client-sqs.ts';
import * as leanSsm from '../../../functions/lean-sdk/client-ssm.ts';

/** What stands in for AWS: it keeps what it was asked, and answers what a test says. */
interface Asked {
  method: string | undefined;
  path: string;
  query: Record<string, string>;
  headers: http.IncomingHttpHeaders;
  body: string;
}
interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  reset?: boolean;
}
let asked: Asked[] = [];
let answers: Answer[] = [];
const server = http.createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const [path = '', search = ''] = (request.url ?? '').split('?');
  const { method, headers } = request;
  const query = Object.fromEntries(new URLSearchParams(search));
  asked.push({ method, path, query, headers, body: Buffer.concat(chunks).toString() });
  const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? {};
  if (answer.reset) return void request.socket.destroy();
  response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
});

const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  AWS_SESSION_TOKEN: 'a+session/token==',
  AWS_REGION: 'eu-west-1',
};

beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as { port: number };
  Object.assign(process.env, CREDENTIALS, { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` });
});
afterAll(() => {
  for (const name of [...Object.keys(CREDENTIALS), 'AWS_ENDPOINT_URL']) delete process.env[name];
  server.closeAllConnections();
  return new Promise((closed) => server.close(closed));
});
beforeEach(() => {
  asked = [];
  answers = [];
});

type Sender = { send(command: never): Promise<unknown> };
const SERVICES: Record<string, { sdk: object; lean: object; client: string; signingName: string }> = {
  s3: { sdk: sdkS3, lean: leanS3, client: 'S3Client', signingName: 's3' },
  secrets: { sdk: sdkSecrets, lean: leanSecrets, client: 'SecretsManagerClient', signingName: 'secretsmanager' },
  sfn: { sdk: sdkSfn, lean: leanSfn, client: 'SFNClient', signingName: 'states' },
  sqs: { sdk: sdkSqs, lean: leanSqs, client: 'SQSClient', signingName: 'sqs' },
  ssm: { sdk: sdkSsm, lean: leanSsm, client: 'SSMClient', signingName: 'ssm' },
};

/** Sends one command by either client, and tells what went over the wire and what came of it. */
async function sent(by: 'sdk' | 'lean', service: string, command: string, input: object) {
  const { [by]: module, client } = SERVICES[service] as (typeof SERVICES)[string];
  const exports = module as Record<string, new (argument: object) => never>;
  const [Client, Command] = [exports[client], exports[`${command}Command`]];
  if (!Client || !Command) throw new Error(`There is no ${command} of ${service}.`);
  asked = [];
  const options = { useQueueUrlAsEndpoint: false, responseChecksumValidation: 'WHEN_REQUIRED', maxAttempts: 1 };
  const output = await (new Client(options) as Sender).send(new Command(input)).catch((error: unknown) => ({ error }));
  return { asked: asked[0] as Asked, output: output as Record<string, unknown> & { error?: Error } };
}

const IGNORED_OF_OUTPUT = ['$metadata', 'Body'];
const ofInterest = (output: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(output).filter(([name, value]) => value !== undefined && !IGNORED_OF_OUTPUT.includes(name)),
  );

const SIGNIFICANT = ['content-type', 'x-amz-target', 'if-match', 'if-none-match', 'range', 'x-amz-security-token'];
const significant = ({ headers }: Asked) => Object.fromEntries(SIGNIFICANT.map((name) => [name, headers[name]]));

const EXECUTION = 'arn:aws:states:eu-west-1:123456789012:execution:machine:name';
const KEY = "a b+c/é%41 (1)!*'/../clip.mp4";
const CASES: [service: string, command: string, input: object, answer: Answer][] = [
  ['sfn', 'DescribeExecution', { executionArn: EXECUTION }, { body: '{"status":"RUNNING","startDate":1763942400.5}' }],
  ['sfn', 'StartExecution', { stateMachineArn: EXECUTION, name: 'a', input: '{"é":1}' }, { body: '{"startDate":17}' }],
  ['sqs', 'ChangeMessageVisibility', { QueueUrl: 'https://sqs/q', ReceiptHandle: 'r', VisibilityTimeout: 5 }, {}],
  ['ssm', 'GetParameter', { Name: '/a/b' }, { body: '{"Parameter":{"Value":"1"}}' }],
  ['ssm', 'GetParameters', { Names: ['/a', '/b'] }, { body: '{"Parameters":[{"Name":"/a","Value":"1"}]}' }],
  ['ssm', 'PutParameter', { Name: '/a/b', Value: '1', Overwrite: true }, { body: '{"Version":2}' }],
  ['secrets', 'GetSecretValue', { SecretId: 's', VersionStage: 'AWSCURRENT' }, { body: '{"SecretString":"é"}' }],
  ['secrets', 'DescribeSecret', { SecretId: 's' }, { body: '{"VersionIdsToStages":{"v":["AWSCURRENT"]}}' }],
  [
    'secrets',
    'PutSecretValue',
    { SecretId: 's', ClientRequestToken: 'a'.repeat(32), SecretString: '{}', VersionStages: ['AWSPENDING'] },
    { body: '{"VersionId":"v"}' },
  ],
  ['secrets', 'UpdateSecretVersionStage', { SecretId: 's', VersionStage: 'AWSCURRENT', MoveToVersionId: 'v' }, {}],
  [
    's3',
    'HeadObject',
    { Bucket: 'bucket', Key: KEY, VersionId: 'v+1/=' },
    {
      headers: {
        etag: '"e"',
        'content-length': '7',
        'content-type': 'video/mp4',
        'last-modified': 'Mon, 24 Nov 2025 00:00:00 GMT',
        'x-amz-meta-board': '42',
      },
    },
  ],
  [
    's3',
    'GetObject',
    { Bucket: 'bucket', Key: KEY, IfMatch: '"e"', Range: 'bytes=0-3', VersionId: 'v' },
    { body: 'abcd' },
  ],
  ['s3', 'GetObject', { Bucket: 'a.bucket', Key: '/clip.mp4' }, { headers: { etag: '"e"' }, body: 'abcd' }],
];

describe('the clients of AWS in the bundles', () => {
  it.each(CASES)('%s %s: ask as the SDK does, and hand over what it does', async (service, command, input, answer) => {
    answers = [answer];
    const sdk = await sent('sdk', service, command, input);
    const lean = await sent('lean', service, command, input);
    const { method, path, body } = sdk.asked;
    const { 'x-id': _id, ...query } = sdk.asked.query;
    expect(lean.asked).toMatchObject({ method, path, query });
    expect(significant(lean.asked)).toEqual(significant(sdk.asked));
    if (body !== '') expect(JSON.parse(lean.asked.body)).toEqual(JSON.parse(body));
    const expected = ofInterest(sdk.output);
    expect(ofInterest(lean.output)).toMatchObject(expected);
    if (command === 'GetObject') {
      const read = async ({ output }: typeof sdk) =>
        (output['Body'] as { transformToString(): Promise<string> }).transformToString();
      expect(await read(lean)).toBe('abcd');
    }
  });

  it.each(CASES)('%s %s: are signed so that AWS accepts it', async (service, command, input, answer) => {
    answers = [answer];
    const { asked } = await sent('lean', service, command, input);
    const { signingName } = SERVICES[service] as (typeof SERVICES)[string];
    for (const signed of ['host', 'x-amz-security-token', 'x-amz-date'])
      expect(asked.headers.authorization).toContain(signed);
    expect(asked.headers.authorization).toBe(expectedAuthorization(asked, signingName));
  });

  it('write an object with its conditions and its type', async () => {
    answers = [{ headers: { etag: '"new"' } }];
    const input = { Bucket: 'b', Key: 'k', Body: 'é', ContentType: 'application/x-ndjson', IfNoneMatch: '*' };
    const { asked, output } = await sent('lean', 's3', 'PutObject', input);
    expect(asked).toMatchObject({ method: 'PUT', path: '/b/k', body: 'é' });
    expect(asked.headers).toMatchObject({
      'if-none-match': '*',
      'content-type': input.ContentType,
      'content-length': '2',
    });
    expect(output).toMatchObject({ ETag: '"new"' });
  });

  const ERRORS: [service: string, command: string, input: object, answer: Answer, name: string | undefined][] = [
    [
      'sfn',
      'StartExecution',
      {},
      { status: 400, body: '{"__type":"ExecutionAlreadyExists","message":"no"}' },
      'ExecutionAlreadyExists',
    ],
    [
      'sfn',
      'DescribeExecution',
      {},
      { status: 400, body: '{"__type":"com.amazonaws.swf#ExecutionDoesNotExist"}' },
      'ExecutionDoesNotExist',
    ],
    [
      'sfn',
      'DescribeExecution',
      {},
      { status: 400, headers: { 'x-amzn-errortype': 'ExecutionDoesNotExist:http://internal.amazon.com/' }, body: '{}' },
      'ExecutionDoesNotExist',
    ],
    ['sfn', 'StartExecution', {}, { status: 400, body: '{"code":"ExecutionAlreadyExists"}' }, 'ExecutionAlreadyExists'],
    [
      'secrets',
      'GetSecretValue',
      {},
      { status: 400, body: '{"__type":"ResourceNotFoundException","Message":"no"}' },
      undefined,
    ],
    [
      's3',
      'GetObject',
      { Bucket: 'b', Key: 'k' },
      { status: 404, body: '<Error><Code>NoSuchKey</Code><Message>no</Message></Error>' },
      'NoSuchKey',
    ],
    [
      's3',
      'GetObject',
      { Bucket: 'b', Key: 'k' },
      { status: 412, body: '<Error><Code>PreconditionFailed</Code></Error>' },
      'S3ServiceException',
    ],
    ['s3', 'HeadObject', { Bucket: 'b', Key: 'k' }, { status: 404 }, 'S3ServiceException'],
    ['s3', 'HeadObject', { Bucket: 'b', Key: 'k' }, { status: 403 }, 'S3ServiceException'],
  ];
  it.each(ERRORS)('%s %s: fail as the SDK does', async (service, command, input, answer, className) => {
    answers = [answer];
    for (const by of ['sdk', 'lean'] as const) {
      const { error } = (await sent(by, service, command, input)).output;
      const { [by]: module } = SERVICES[service] as (typeof SERVICES)[string];
      if (className) expect(error).toBeInstanceOf((module as Record<string, new () => Error>)[className]);
      else expect(error?.name).toBe('ResourceNotFoundException');
      expect((error as unknown as sdkS3.S3ServiceException).$metadata.httpStatusCode).toBe(answer.status);
    }
  });

  it.each([
    ['a reset', { reset: true }],
    ['a fault of the service', { status: 503, body: 'not even JSON' }],
    ['one request too many', { status: 400, body: '{"__type":"ThrottlingException"}' }],
    ['a request that came too slowly', { status: 408, body: '{"__type":"RequestTimeoutException"}' }],
    ['a parameter that somebody else is writing', { status: 400, body: '{"__type":"TooManyUpdates"}' }],
    ['a success that says nothing', { body: '<html>OK</html>' }],
    ['an error that is null', { status: 502, body: 'null' }],
  ])('ask again after %s', async (_what, fault: Answer) => {
    answers = [fault, fault, { body: '{"Parameter":{"Value":"1"}}' }];
    expect((await sent('lean', 'ssm', 'GetParameter', { Name: 'a' })).output).toMatchObject({
      Parameter: { Value: '1' },
    });
    expect(asked).toHaveLength(3);
    answers = [fault];
    expect((await sent('lean', 'ssm', 'GetParameter', { Name: 'a' })).output.error).toBeInstanceOf(Error);
    expect(asked).toHaveLength(3);
  });

  it('take nothing for an answer but what the service says', async () => {
    answers = [{ body: '<html>OK</html>' }];
    const { error } = (await sent('lean', 'sfn', 'DescribeExecution', { executionArn: EXECUTION })).output;
    expect(error?.message).toMatch(/^127\.0\.0\.1:\d+ answered DescribeExecution with something that is no JSON\.$/);
  });

  it('do not ask again after a refusal', async () => {
    answers = [{ status: 400, body: '{"__type":"AccessDeniedException"}' }];
    expect((await sent('lean', 'ssm', 'GetParameter', { Name: 'a' })).output.error?.name).toBe('AccessDeniedException');
    expect(asked).toHaveLength(1);
  });

  it('hand on the trace that Lambda is in', async () => {
    process.env['_X_AMZN_TRACE_ID'] = 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1';
    try {
      const { asked } = await sent('lean', 'sfn', 'StartExecution', {});
      expect(asked.headers['x-amzn-trace-id']).toBe(process.env['_X_AMZN_TRACE_ID']);
    } finally {
      delete process.env['_X_AMZN_TRACE_ID'];
    }
  });

  it('refuse an input that they do not know', async () => {
    const { output } = await sent('lean', 's3', 'GetObject', { Bucket: 'b', Key: 'k', SSECustomerKey: 'x' });
    expect(output.error?.message).toBe('This client of S3 does not know the input SSECustomerKey.');
  });
});

/**
 * The Authorization header that AWS expects of what arrived, by its description and not by its signer.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
function expectedAuthorization({ method, path, query, headers, body }: Asked, service: string): string {
  const names = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1] ?? '';
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const parameters = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const canonical = [
    ...[method, path, parameters.join('&')],
    ...names.split(';').map((name) => `${name}:${headers[name]}`),
    ...['', names, hash(body)],
  ].join('\n');
  const at = String(headers['x-amz-date']);
  const scope = [at.slice(0, 8), CREDENTIALS.AWS_REGION, service, 'aws4_request'];
  const text = ['AWS4-HMAC-SHA256', at, scope.join('/'), hash(canonical)].join('\n');
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${CREDENTIALS.AWS_SECRET_ACCESS_KEY}`);
  const credential = [CREDENTIALS.AWS_ACCESS_KEY_ID, ...scope].join('/');
  return `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${hmac(key, text).toString('hex')}`;
}
