import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LocalFunction } from '../../../../../infra/local/aws/lambda/local-function.ts';
import type { Observation } from '../../../../../infra/local/aws/observation.ts';

const CODE = `
let invocations = 0;
export async function handler({ what }) {
  invocations++;
  if (what === 'count') return invocations;
  if (what === 'environment') return process.env;
  if (what === 'throw') throw new TypeError('no such thing');
  if (what === 'exit') process.exit(3);
  if (what === 'loop') while (true);
  if (what === 'hoard') {
    const kept = [];
    while (true) {
      kept.push(Buffer.alloc(8 * 1024 ** 2, 1));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
`;

function functionOf(limits: { timeoutSeconds?: number; memoryMegabytes?: number } = {}, idleMs?: number) {
  const codeDirectory = mkdtempSync(join(tmpdir(), 'pindrop-function-'));
  writeFileSync(join(codeDirectory, 'index.mjs'), CODE);
  const observations: Observation[] = [];
  const fn = new LocalFunction(
    {
      name: 'Pindrop-Test',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:Pindrop-Test',
      codeDirectory,
      handler: 'index.handler',
      environment: { GREETING: 'hello' },
      timeoutSeconds: 60,
      memoryMegabytes: 512,
      ...limits,
    },
    { endpoint: 'http://127.0.0.1:9', accessKey: { accessKeyId: 'id', secretAccessKey: 'secret' } },
    2,
    (observation) => observations.push(observation),
    idleMs,
  );
  onTestFinished(() => {
    fn.close();
    rmSync(codeDirectory, { recursive: true, force: true });
  });
  return { fn, observations };
}

describe('a local function', () => {
  it('keeps one warm process per concurrent invocation, up to its limit', async () => {
    const { fn } = functionOf();
    expect(await fn.invoke({ what: 'count' })).toBe(1);
    expect(await fn.invoke({ what: 'count' })).toBe(2);
    expect(fn.processIds()).toHaveLength(1);
    await Promise.all([1, 2, 3, 4].map(() => fn.invoke({ what: 'count' })));
    expect(fn.processIds()).toHaveLength(2);
  });

  it('invokes no process that is being ended because it was idle', async () => {
    const { fn } = functionOf({}, 0);
    for (let turn = 0; turn < 10; turn++) {
      expect(await fn.invoke({ what: 'count' })).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  });

  it('has the environment variables of its template, and not the secrets in the host’s environment', async () => {
    process.env['PINTEREST_ACCESS_TOKEN'] = 'pina_of_the_host';
    onTestFinished(() => {
      delete process.env['PINTEREST_ACCESS_TOKEN'];
    });
    const environment = (await functionOf().fn.invoke({ what: 'environment' })) as Record<string, string>;
    expect(environment).toMatchObject({
      GREETING: 'hello',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'secret',
    });
    expect(JSON.stringify(environment)).not.toContain('pina_of_the_host');
  });

  it('that throws fails the invocation, and its process continues', async () => {
    const { fn } = functionOf();
    await expect(fn.invoke({ what: 'throw' })).rejects.toMatchObject({ name: 'TypeError', died: false });
    expect(await fn.invoke({ what: 'count' })).toBe(2);
  });

  it.each([
    ['ends by itself', 'exit', {}, 'Runtime.ExitError', /exit status 3/],
    ['is out of time', 'loop', { timeoutSeconds: 1 }, 'Sandbox.Timedout', /timed out after 1 seconds/],
    ['is out of memory', 'hoard', { memoryMegabytes: 256 }, 'Runtime.ExitError', /Out of memory: \d+ MB of 256 MB/],
  ])('that %s loses its process, and the next invocation has a new one', async (_, what, limits, name, message) => {
    const { fn, observations } = functionOf(limits);
    await expect(fn.invoke({ what })).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message),
      died: true,
    });
    expect(observations).toContainEqual(
      expect.objectContaining({ kind: 'function-died', functionName: 'Pindrop-Test' }),
    );
    // The start of a process can take longer than the short limit.
    fn.definition.timeoutSeconds = 60;
    expect(await fn.invoke({ what: 'count' })).toBe(1);
  });
});
