import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { ExecutionDoesNotExist, type SFNClient } from '@aws-sdk/client-sfn';
import { describe, expect, it, onTestFinished } from 'vitest';
import { s3PinLane } from '../../../../functions/examples/publish-pin/pin-lane.ts';
import { startLocalS3 } from '../../../../infra/local/s3/local-s3.ts';

/** A lane in a bucket of its own, and the states of the executions that were in it. */
async function lane() {
  const directory = await mkdtemp(join(tmpdir(), 'pindrop-lane-'));
  const local = await startLocalS3({ directory });
  await local.createBucket('lanes', { versioned: false });
  const server = http.createServer(local.handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const s3 = new S3Client({ endpoint, region: 'r', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
  onTestFinished(async () => {
    s3.destroy();
    server.closeAllConnections();
    server.close();
    await local.close();
    await rm(directory, { recursive: true, force: true });
  });
  const executions = new Map<string, { status: string; output?: string }>();
  const states = {
    async send({ input }: { input: { executionArn: string } }) {
      const found = executions.get(input.executionArn);
      if (!found) throw new ExecutionDoesNotExist({ message: 'none', $metadata: {} });
      return found;
    },
  } as unknown as SFNClient;
  const { enter } = s3PinLane(s3, states, { bucket: 'lanes', executionArnPrefix: 'arn:' });
  const set = (uploadId: string, status: string, progress: object = { finalEvent: { detail: {} } }) =>
    executions.set(`arn:${uploadId}`, { status, output: JSON.stringify(progress) });
  return { enter, set };
}

describe('a lane', () => {
  it('lets one of many in, and that one again', async () => {
    const { enter, set } = await lane();
    const uploads = ['a', 'b', 'c', 'd', 'e'];
    for (const upload of uploads) set(upload, 'RUNNING');
    const entered = await Promise.all(uploads.map((upload) => enter('spring', upload)));
    expect(entered.filter(Boolean)).toHaveLength(1);
    const first = entered.findIndex(Boolean);
    expect(await enter('spring', uploads[first] ?? '')).toEqual([]);
    expect(await enter('autumn', uploads[(first + 1) % 5] ?? '')).toEqual([]);
  });

  it.each(['SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED_OUT'])('is free when who was in it %s, for one', async (status) => {
    const { enter, set } = await lane();
    expect(await enter('spring', 'a')).toEqual([]);
    set('a', status);
    const entered = await Promise.all(['b', 'c', 'd'].map((upload) => enter('spring', upload)));
    expect(entered.filter(Boolean)).toHaveLength(1);
  });

  it('tells each of the Pins that were made in it before, also when it is asked twice', async () => {
    const { enter, set } = await lane();
    await enter('spring', 'a');
    set('a', 'SUCCEEDED', { known: ['1', '2'], finalEvent: { detail: { pinId: '3' } } });
    expect(await enter('spring', 'b')).toEqual(['1', '2', '3']);
    expect(await enter('spring', 'b')).toEqual(['1', '2', '3']);
    // Whoever was ended by hand takes nothing of that along.
    set('b', 'ABORTED');
    expect(await enter('spring', 'c')).toEqual(['1', '2', '3']);
    set('c', 'SUCCEEDED', { known: ['1', '2', '3'], finalEvent: { detail: { failure: {} } } });
    expect(await enter('spring', 'd')).toEqual(['1', '2', '3']);
  });

  it.each([['RUNNING'], ['PENDING_REDRIVE'], [undefined]])('is not free while who is in it is %s', async (status) => {
    const { enter, set } = await lane();
    await enter('spring', 'a');
    if (status) set('a', status);
    expect(await enter('spring', 'b')).toBeUndefined();
  });
});
