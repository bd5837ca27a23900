import { ExecutionDoesNotExist, type SFNClient } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { findEndOfExecution } from '../../../../functions/examples/publish-pin/ended-execution.ts';
import { s3PinLane } from '../../../../functions/examples/publish-pin/pin-lane.ts';
import { Bucket, runS3 } from '../../../infra/local/aws/s3/running-s3.ts';

/** A lane in its own bucket, and fake executions whose status the test sets. */
async function lane() {
  const { client } = await runS3({ bucket: { versioned: false } });
  const executions = new Map<string, { status: string; output?: string }>();
  const states = {
    async send({ input }: { input: { executionArn: string } }) {
      const found = executions.get(input.executionArn);
      if (!found) throw new ExecutionDoesNotExist({ message: 'none', $metadata: {} });
      return found;
    },
  } as unknown as SFNClient;
  let clock = Date.parse('2026-03-01T09:00:00Z');
  const later = (hours: number) => {
    clock += hours * 3_600_000;
  };
  const { enter, leave } = s3PinLane(
    client,
    findEndOfExecution(states, 'arn:', () => clock),
    Bucket,
    () => clock,
  );
  const set = (uploadId: string, status: string, pinId?: string) => {
    const detail = pinId === undefined ? {} : { pinId, publishedAt: new Date(clock).toISOString() };
    executions.set(`arn:${uploadId}`, { status, output: JSON.stringify({ finalEvent: { detail } }) });
  };
  return { enter, leave, set, later };
}

describe('a lane', () => {
  it('admits one of many uploads, and admits the same upload again', async () => {
    const { enter, set } = await lane();
    const uploads = ['a', 'b', 'c', 'd', 'e'];
    for (const upload of uploads) set(upload, 'RUNNING');
    const entered = await Promise.all(uploads.map((upload) => enter('spring', upload)));
    expect(entered.filter(Boolean)).toHaveLength(1);
    const first = entered.findIndex(Boolean);
    expect(await enter('spring', uploads[first] ?? '')).toMatchObject({ made: [] });
    expect(await enter('autumn', uploads[(first + 1) % 5] ?? '')).toMatchObject({ made: [] });
  });

  it.each(['SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED_OUT'])('is free when its holder is %s', async (status) => {
    const { enter, set } = await lane();
    expect(await enter('spring', 'a')).toMatchObject({ made: [] });
    set('a', status);
    const entered = await Promise.all(['b', 'c', 'd'].map((upload) => enter('spring', upload)));
    expect(entered.filter(Boolean)).toHaveLength(1);
  });

  it('lists the recent Pins of the lane, also when the same upload enters twice', async () => {
    const { enter, set, later } = await lane();
    await enter('spring', 'a');
    set('a', 'SUCCEEDED', '1');
    expect(await enter('spring', 'b')).toMatchObject({ made: ['1'] });
    expect(await enter('spring', 'b')).toMatchObject({ made: ['1'] });
    // An execution that was aborted by hand does not remove Pins from the list.
    set('b', 'ABORTED');
    later(20);
    expect(await enter('spring', 'c')).toMatchObject({ made: ['1'] });
    set('c', 'SUCCEEDED', '2');
    expect(await enter('spring', 'd')).toMatchObject({ made: ['1', '2'] });
    set('d', 'SUCCEEDED');
    // The board has listed Pin 1 for a long time. The lane drops it: its list does not grow without limit.
    later(20);
    expect(await enter('spring', 'e')).toMatchObject({ made: ['2'] });
  });

  it('keeps the record of earlier Pins for its holder only, even with thousands of Pins', async () => {
    const { enter, set } = await lane();
    const pins = Array.from({ length: 20_000 }, (_, number) => `81374422642${number}`);
    const turn = await enter('spring', 'a');
    expect(turn).not.toHaveProperty('before');
    await turn?.note(pins);
    expect((await enter('spring', 'a'))?.before).toEqual(pins);
    set('a', 'FAILED');
    expect(await enter('spring', 'b')).not.toHaveProperty('before');
  });

  it('records the Pins once: an abandoned invocation cannot record the Pin of the next one', async () => {
    const { enter } = await lane();
    const givenUp = await enter('spring', 'a');
    await (await enter('spring', 'a'))?.note(['1']);
    await expect(givenUp?.note(['1', 'ours'])).rejects.toThrow('recorded by another invocation');
    await expect((await enter('spring', 'a'))?.note([])).rejects.toThrow('recorded by another invocation');
    expect((await enter('spring', 'a'))?.before).toEqual(['1']);
  });

  it('is free for others after its holder left, and for the holder again', async () => {
    const { enter, leave, set } = await lane();
    await enter('spring', 'a');
    set('a', 'SUCCEEDED', '1');
    set('b', 'RUNNING');
    await (await enter('spring', 'b'))?.note(['0']);
    await leave('spring', 'a');
    expect(await enter('spring', 'c')).toBeUndefined();
    await leave('spring', 'b');
    const again = await enter('spring', 'b');
    expect(again).toMatchObject({ made: ['1'] });
    expect(again).not.toHaveProperty('before');
    await leave('spring', 'b');
    expect(await enter('spring', 'c')).toMatchObject({ made: ['1'] });
  });

  it.each([['RUNNING'], ['PENDING_REDRIVE'], [undefined]])('is not free while its holder is %s', async (status) => {
    const { enter, set } = await lane();
    await enter('spring', 'a');
    if (status) set('a', status);
    expect(await enter('spring', 'b')).toBeUndefined();
  });
});
