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
  const status = new Map<string, { status: string; output?: string }>();
  const states = {
    async send({ input }: { input: { executionArn: string } }) {
      const found = status.get(input.executionArn);
      if (!found) throw new ExecutionDoesNotExist({ message: 'none', $metadata: {} });
      return found;
    },
  } as unknown as SFNClient;
  const { enter } = s3PinLane(s3, states, { bucket: 'lanes', executionArnPrefix: 'arn:' });
  return {
    enter,
    set: (uploadId: string, to: string, output?: object) =>
      status.set(`arn:${uploadId}`, { status: to, ...(output ? { output: JSON.stringify(output) } : {}) }),
  };
}

describe('a lane', () => {
  it('lets one of many in, and that one again', async () => {
    const { enter, set } = await lane();
    const uploads = ['a', 'b', 'c', 'd', 'e'];
    for (const upload of uploads) set(upload, 'RUNNING');
    const entered = await Promise.all(uploads.map((upload) => enter('spring', upload)));
    expect(entered.filter(Boolean)).toHaveLength(1);
    const one = entered.findIndex((each) => each !== undefined);
    expect(await enter('spring', uploads[one] ?? '')).toEqual([]);
    expect(await enter('autumn', uploads[entered.indexOf(undefined)] ?? '')).toEqual([]);
  });

  it.each(['SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED_OUT'])('is free when who was in it %s, for one', async (status) => {
    const { enter, set } = await lane();
    expect(await enter('spring', 'a')).toEqual([]);
    set('a', status);
    const entered = await Promise.all(['b', 'c', 'd'].map((upload) => enter('spring', upload)));
    expect(entered.filter(Boolean)).toHaveLength(1);
  });

  it.each([['RUNNING'], ['PENDING_REDRIVE'], [undefined]])('is not free while who is in it is %s', async (status) => {
    const { enter, set } = await lane();
    await enter('spring', 'a');
    if (status) set('a', status);
    expect(await enter('spring', 'b')).toBeUndefined();
  });

  it('remembers the Pins that were made in there, which the board may not show yet', async () => {
    const { enter, set } = await lane();
    const published = (pinId: string) => ({ finalEvent: { detail: { status: 'published', pinId } } });
    await enter('spring', 'a');
    set('a', 'SUCCEEDED', published('1'));
    expect(await enter('spring', 'b')).toEqual(['1']);
    expect(await enter('spring', 'b')).toEqual(['1']);
    set('b', 'SUCCEEDED', { finalEvent: { detail: { status: 'failed' } } });
    expect(await enter('spring', 'c')).toEqual(['1']);
    set('c', 'SUCCEEDED', published('2'));
    expect(await enter('spring', 'd')).toEqual(['2', '1']);
  });
});
