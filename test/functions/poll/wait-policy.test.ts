import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pollWaitSeconds } from '../../../functions/poll/wait-policy.ts';

describe('pollWaitSeconds', () => {
  it('starts from an estimate by size', () => {
    expect(pollWaitSeconds(0, 0, 0.5)).toBe(5);
    expect(pollWaitSeconds(0, 32_000_000, 0.5)).toBe(37);
    expect(pollWaitSeconds(0, 2 * 1024 ** 3, 0.5)).toBe(120);
  });

  it('grows by half each time, up to two minutes', () => {
    const waits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((polls) => pollWaitSeconds(polls, 0, 0.5));
    expect(waits).toEqual([5, 8, 11, 17, 25, 38, 57, 85, 120, 120]);
  });

  it('always gives whole seconds from 4 to 144', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.nat(4 * 1024 ** 3),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (polls, size, random) => {
          const wait = pollWaitSeconds(polls, size, random);
          expect(Number.isInteger(wait) && wait >= 4 && wait <= 144).toBe(true);
        },
      ),
    );
  });
});
