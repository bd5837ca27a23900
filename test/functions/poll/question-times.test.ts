import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  firstWaitSeconds,
  nextWaitSeconds,
  type ProcessedFile,
  RECENT_FILES,
} from '../../../functions/poll/question-times.ts';
import { coldLateness, medianLateness, tailLateness } from '../../bench/simulation/lateness.ts';
import { oneByOne, requestsOneByOne, throughChange } from '../../bench/simulation/policy-in-worlds.ts';
import { CHANGING_WORLDS, WORLDS } from '../../bench/simulation/worlds.ts';

const MEGABYTE = 1_000_000;
/** A file that was polled just before and just after it was ready. */
const took = (seconds: number, megabytes = 20): ProcessedFile => ({
  sizeBytes: megabytes * MEGABYTE,
  notReadySeconds: seconds,
  readySeconds: seconds,
});
const first = (recent: ProcessedFile[], megabytes = 20) => firstWaitSeconds(megabytes * MEGABYTE, recent, 0.5);
const window = (file: (index: number) => ProcessedFile) =>
  Array.from({ length: RECENT_FILES }, (_, each) => file(each));

describe('firstWaitSeconds', () => {
  it('is 5 s without recent files, whatever the size', () => {
    expect([1, 35, 2000].map((megabytes) => first([], megabytes))).toEqual([5, 5, 5]);
  });

  it('is the time of the fastest recent file while there are few of them', () => {
    expect([first([took(90)]), first([took(90), took(60), took(300)])]).toEqual([90, 60]);
  });

  it('is the time of the second fastest file once there are enough: one outlier changes nothing', () => {
    const usual = window(() => took(60));
    expect([first(usual), first([...usual.slice(1), took(2)]), first([...usual.slice(1), took(2000)])]).toEqual([
      60, 60, 60,
    ]);
  });

  it('does not depend on the size when the processing times do not depend on it', () => {
    const recent = window((each) => took(each % 2 === 0 ? 60 : 66, [1, 10, 100, 1000][each >> 1] ?? 30));
    for (const megabytes of [1, 30, 2000]) expect(first(recent, megabytes)).toBeGreaterThanOrEqual(54);
    for (const megabytes of [1, 30, 2000]) expect(first(recent, megabytes)).toBeLessThanOrEqual(66);
  });

  it('is proportional to the size when the processing times are', () => {
    const recent = window((each) => took(2 ** each, 2 ** each));
    expect([20, 200, 1000].map((megabytes) => first(recent, megabytes))).toEqual([20, 200, 1000]);
  });

  it('becomes shorter while every file is ready at the first question', () => {
    let recent: ProcessedFile[] = window(() => took(300));
    for (let file = 0; file < 10; file++) {
      const readySeconds = first(recent);
      recent = [...recent.slice(1), { sizeBytes: 20 * MEGABYTE, notReadySeconds: 0, readySeconds }];
    }
    expect(first(recent)).toBeLessThanOrEqual(300 / 5);
  });
});

describe('nextWaitSeconds', () => {
  it('is a fraction of the time since the upload, and at least 4 s', () => {
    expect([5, 20, 60, 600, 3600].map((elapsed) => nextWaitSeconds(elapsed, 0, 0.5))).toEqual([4, 7, 22, 222, 1332]);
  });

  it('counts from the time of the answer, which may be some seconds old', () => {
    expect(nextWaitSeconds(600, 100, 0.5)).toBe(122);
  });

  it('is a whole number of seconds', () => {
    const seconds = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(seconds, seconds, fc.double({ min: 0, max: 1, noNaN: true }), (elapsed, age, random) => {
        const wait = nextWaitSeconds(elapsed, age, random);
        expect(Number.isSafeInteger(wait) && wait >= 4).toBe(true);
      }),
    );
  });
});

describe('with one file at a time, events arrive', () => {
  it.each(WORLDS.map((world) => [world.name, world] as const))('in time: %s', async (_name, world) => {
    const { cold, learned } = await oneByOne(world, 1000);
    expect(coldLateness(cold)).toBeLessThanOrEqual(1);
    expect(medianLateness(learned)).toBeLessThanOrEqual(1);
    expect(tailLateness(learned)).toBeLessThanOrEqual(1);
    if (world.medianSeconds === 60) expect(requestsOneByOne(learned)).toBeLessThanOrEqual(5);
  });

  it.each(CHANGING_WORLDS.map((world) => [world.name, world] as const))(
    'in time again ten files after a change: %s',
    async (_name, world) => {
      const { learned } = await throughChange(world, 30);
      expect(medianLateness(learned)).toBeLessThanOrEqual(1);
      expect(tailLateness(learned)).toBeLessThanOrEqual(1);
      // The number of requests shows that it learned: without recent files, a file that takes minutes needs 8 to 16.
      expect(requestsOneByOne(learned)).toBeLessThanOrEqual(5);
    },
  );
});
