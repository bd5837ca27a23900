import type { SSMClient } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { type ProcessedFile, RECENT_FILES } from '../../../functions/poll/question-times.ts';
import { RecentFiles } from '../../../functions/poll/recent-files.ts';
import { NOTHING_LEARNED } from '../../../shared/upload/initial-parameters.ts';

const PRODUCTION = 'https://api.pinterest.com/v5';
const file = (number: number): ProcessedFile => ({
  sizeBytes: 1000,
  notReadySeconds: number,
  readySeconds: number + 1,
});

/** A Systems Manager parameter. Each call of `of` stands for one of the functions that share the parameter. */
function parameter(value = NOTHING_LEARNED) {
  const state = { value, writes: 0, seconds: 0, broken: undefined as Error | undefined };
  const errors: unknown[] = [];
  const send = async ({ input }: { input: { Value?: string } }) => {
    if (state.broken) throw state.broken;
    if (input.Value !== undefined) {
      state.value = input.Value;
      state.writes++;
    }
    return { Parameter: { Value: state.value } };
  };
  const of = (apiUrl = PRODUCTION) =>
    new RecentFiles({
      ssm: { send } as unknown as SSMClient,
      parameter: 'name',
      apiUrl,
      onError: (error) => errors.push(error),
      now: () => state.seconds * 1000,
    });
  return { state, errors, of };
}

describe('RecentFiles', () => {
  it('lets another function read the files that this one learned, from the first file on', async () => {
    const { of } = parameter();
    await of().learn(file(30));
    expect(await of().read()).toEqual([file(30)]);
  });

  it('keeps only the newest files: the parameter stays far below its limit of 4 kB', async () => {
    const { state, of } = parameter();
    const files = of();
    for (let number = 1; number <= 30; number++) {
      state.seconds += 60;
      await files.learn({ sizeBytes: 1_234_567_890, notReadySeconds: number, readySeconds: 1234.5 + number });
    }
    const read = await files.read();
    expect(read.map(({ notReadySeconds }) => notReadySeconds)).toEqual(
      Array.from({ length: RECENT_FILES }, (_, each) => 31 - RECENT_FILES + each),
    );
    expect(state.value.length).toBeLessThan(500);
  });

  it('writes at most every ten seconds, and then writes all files that it learned in between', async () => {
    const { state, of } = parameter();
    const files = of();
    for (const number of [1, 2, 3]) await files.learn(file(number));
    expect(state.writes).toBe(1);
    state.seconds = 10;
    await files.learn(file(4));
    expect(state.writes).toBe(2);
    expect(await files.read()).toEqual([1, 2, 3, 4].map(file));
  });

  it('adds to the files that other functions learned', async () => {
    const { of } = parameter();
    await of().learn(file(1));
    await of().learn(file(2));
    expect(await of().read()).toEqual([file(1), file(2)]);
  });

  it('ignores the files of another Pinterest URL, and replaces them', async () => {
    const { of } = parameter();
    await of().learn(file(1));
    const sandbox = of('https://api-sandbox.pinterest.com/v5');
    expect(await sandbox.read()).toEqual([]);
    await sandbox.learn(file(2));
    expect(await sandbox.read()).toEqual([file(2)]);
  });

  it.each([
    '1.000',
    'rubbish',
    '{}',
    `{"apiUrl":"${PRODUCTION}","files":[[0,1,2]]}`,
    `{"apiUrl":"${PRODUCTION}","files":[[1000,1]]}`,
    `{"apiUrl":"${PRODUCTION}","files":[[1000,null,1]]}`,
  ])('starts again without files when the parameter contains %s', async (value) => {
    const { of } = parameter(value);
    expect(await of().read()).toEqual([]);
    await of().learn(file(1));
    expect(await of().read()).toEqual([file(1)]);
  });

  it('reports an error of Systems Manager without throwing it', async () => {
    const { state, errors, of } = parameter();
    state.broken = new Error('ThrottlingException');
    const files = of();
    await files.learn(file(1));
    expect(await files.read()).toEqual([]);
    expect(errors).toContain(state.broken);
  });
});
