import { fork } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXAMPLE_NAMES } from '../../../../infra/examples/example-names.ts';
import { readSourceMap, sourcePlace } from '../../../../infra/stack/function/source-maps.ts';
import { mediaUploadSucceededEventExample } from '../../../../shared/events/examples.ts';
import { type Assembly, assemble, LAMBDA_ENVIRONMENT } from '../../../harness/assembly.ts';
import { BUNDLE_KILOBYTES, EXAMPLE_KILOBYTES } from '../../../harness/bundle-kilobytes.ts';
import { loopbackServer, type ReceivedRequest, received } from '../../../harness/loopback-server.ts';

const RUNTIME = fileURLToPath(new URL('../../../../infra/local/aws/lambda/runtime.ts', import.meta.url));
const KILOBYTES = { ...BUNDLE_KILOBYTES, ...EXAMPLE_KILOBYTES };
type FunctionName = keyof typeof KILOBYTES;

let assembly: Assembly;
beforeAll(async () => {
  assembly = await assemble({ pinterestApiUrl: 'http://127.0.0.1:9/v5', with: EXAMPLE_NAMES });
});
afterAll(() => assembly.remove());

const drop = JSON.stringify({
  Records: [
    {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      eventTime: '2026-01-01T00:00:00.000Z',
      s3: {
        // `assemble` replaces a reference by the variable's name: this is the value of DROP_BUCKET.
        bucket: { name: 'DROP_BUCKET' },
        object: { key: 'clip.mp4', size: 7, eTag: 'e', versionId: 'v', sequencer: '1' },
      },
    },
  ],
});
const message = { messageId: 'm', receiptHandle: 'r', body: drop, attributes: { ApproximateReceiveCount: '1' } };
const event = mediaUploadSucceededEventExample;
const queued = { Records: [{ ...message, eventSource: 'aws:sqs', body: JSON.stringify(event) }] };
const EVENTS: Record<FunctionName, unknown> = {
  ingest: { Records: [message] },
  poll: {
    upload: { uploadId: 'u', mediaId: '1', object: { size: 7 }, timeline: { droppedAt: '2026-01-01T00:00:00Z' } },
    polls: 0,
  },
  'report-dead-letter': { Records: [message] },
  'rotate-token': { Step: 'createSecret', SecretId: 'arn', ClientRequestToken: 'a'.repeat(32) },
  'slack-webhook': queued,
  'results-bucket': event,
  'start-state-machine': queued,
  'publish-pin': {
    upload: { ...event.detail, object: { ...event.detail.object, metadata: { board: '42' } } },
    step: 'prepare',
    waitSeconds: 0,
  },
};

/** Runs a bundle as Lambda does, with only the environment variables that Lambda sets. */
async function invoked(name: FunctionName, endpoint: string): Promise<void> {
  const { directory, handler, environment } = assembly.bundled(name);
  const child = fork(RUNTIME, [], {
    env: {
      ...environment,
      ...LAMBDA_ENVIRONMENT,
      AWS_ENDPOINT_URL: endpoint,
      LAMBDA_TASK_ROOT: directory,
      _HANDLER: handler,
      AWS_LAMBDA_FUNCTION_NAME: name,
    },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [],
  });
  try {
    await new Promise<void>((resolve, reject) => {
      child.on('message', ({ kind }: { kind: string }) => (kind === 'ready' ? undefined : resolve()));
      child.on('exit', () => reject(new Error(`The process of ${name} ended.`)));
      child.send({ event: EVENTS[name], requestId: '1', deadline: Date.now() + 600_000 });
    });
  } finally {
    child.removeAllListeners('exit');
    child.kill();
  }
}

describe.each(Object.keys(KILOBYTES) as FunctionName[])('the bundle of %s', (name) => {
  it('is the only deployed file, and is small', () => {
    const { directory } = assembly.bundled(name);
    expect(readdirSync(directory)).toEqual(['index.js']);
    expect(statSync(join(directory, 'index.js')).size / 1000).toBeLessThan(KILOBYTES[name]);
  });

  it('calls AWS through the published SDK, with the credentials from the environment of Lambda', async () => {
    const requests: ReceivedRequest[] = [];
    const endpoint = await loopbackServer(async (request, response) => {
      requests.push(await received(request));
      response.writeHead(400).end('{"__type":"AccessDeniedException"}');
    });
    await invoked(name, endpoint);
    expect(requests.length).toBeGreaterThan(0);
    for (const { headers } of requests) {
      expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE\/\d{8}\/us-east-1\//);
      expect(headers['x-amz-security-token']).toBe('session');
      expect(headers['user-agent']).toMatch(/^aws-sdk-js\/3\.\d+\.\d+ .*lang\/js md\/nodejs#24\./);
    }
  });

  it('has a source map, stored on this machine, that leads back to the source', () => {
    const bundle = readFileSync(join(assembly.bundled(name).directory, 'index.js'), 'utf8');
    const before = bundle.slice(0, bundle.indexOf('is missing or not valid')).split('\n');
    const map = readSourceMap(name in EXAMPLE_KILOBYTES ? `examples/${name}` : name);
    expect(sourcePlace(map, before.length, (before.at(-1) as string).length)).toMatch(
      /^functions\/environment\.ts:\d+:\d+$/,
    );
  });
});
