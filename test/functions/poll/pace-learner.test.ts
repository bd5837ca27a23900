import { describe, expect, it } from 'vitest';
import { PaceLearner } from '../../../functions/poll/pace-learner.ts';
import { estimatedSeconds, learntPace } from '../../../functions/poll/processing-estimate.ts';
import { boundedPace, paceHint } from '../../../shared/upload/processing-pace.ts';

const SIZE = 32_000_000;
const took = (seconds: number) => ({ sizeBytes: SIZE, doneSeconds: seconds, notDoneSeconds: seconds });

describe('learntPace', () => {
  it('comes to what files take, and stays there', () => {
    let pace = 1;
    for (let file = 0; file < 200; file++) pace = learntPace(pace, took(3 * estimatedSeconds(SIZE)));
    expect(pace).toBeCloseTo(3, 2);
  });

  it('takes files that were done at the first question for faster ones', () => {
    const done = { sizeBytes: SIZE, doneSeconds: 0.6 * estimatedSeconds(SIZE), notDoneSeconds: 0 };
    expect(learntPace(1, done)).toBeLessThan(1);
  });

  it('is not carried away by one file', () => {
    expect(learntPace(1, took(1800))).toBeLessThan(1.3);
  });

  it.each([Number.NaN, -1, 0])('is the usual where %d was read', (pace) => expect(boundedPace(pace)).toBe(1));
});

describe('PaceLearner', () => {
  const learner = (stored: number) => {
    const writes: number[] = [];
    let seconds = 0;
    const shared = {
      read: async () => stored,
      write: async (pace: number) => {
        writes.push(pace);
      },
    };
    const pace = new PaceLearner(
      shared,
      (error) => {
        throw error;
      },
      () => seconds * 1000,
    );
    return {
      writes,
      learn: async (secondsTaken: number) => {
        seconds += 10;
        await pace.learn(took(secondsTaken));
      },
    };
  };

  it('writes what it learnt now and then, together with what others did', async () => {
    const { learn, writes } = learner(1);
    for (let file = 0; file < 30; file++) await learn(4 * estimatedSeconds(SIZE));
    expect(writes.length).toBeGreaterThan(0);
    expect(writes.length).toBeLessThanOrEqual(5);
    expect(writes[0]).toBeGreaterThan(1);
    expect(writes[0]).toBeLessThan(4);
  });

  it('writes nothing where nothing changed', async () => {
    const { learn, writes } = learner(1);
    for (let file = 0; file < 30; file++) await learn(estimatedSeconds(SIZE));
    expect(writes).toEqual([]);
  });

  it('harms nobody when it cannot be kept', async () => {
    const heard: unknown[] = [];
    const broken = { read: async () => Promise.reject(new Error('no')), write: async () => {} };
    await new PaceLearner(broken, (error) => heard.push(error)).learn(took(60));
    expect(heard).toHaveLength(1);
  });
});

describe('paceHint', () => {
  it('reads once a minute, and goes on with what it has when that fails', async () => {
    let now = 0;
    let reads = 0;
    const heard: unknown[] = [];
    const read = async () => {
      if (++reads === 2) throw new Error('no');
      return reads + 1;
    };
    const hint = paceHint(
      { read },
      (error) => heard.push(error),
      () => now,
    );
    expect([await hint(), await hint()]).toEqual([2, 2]);
    now = 61_000;
    expect(await hint()).toBe(2);
    expect(heard).toHaveLength(1);
    now = 122_000;
    expect(await hint()).toBe(4);
  });
});
