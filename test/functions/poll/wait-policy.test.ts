import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pollWaitSeconds } from '../../../functions/poll/wait-policy.ts';

const first = (sizeBytes: number, pace = 1) =>
  pollWaitSeconds({ polls: 0, elapsedSeconds: 0, sizeBytes, pace, random: 0.5 });
const next = (elapsedSeconds: number, shared = false) =>
  pollWaitSeconds({ polls: 1, elapsedSeconds, sizeBytes: 0, shared, random: 0.5 });

describe('pollWaitSeconds', () => {
  it('starts from an estimate by size', () => {
    expect(first(0)).toBe(5);
    expect(first(32_000_000)).toBe(43);
    expect(first(2 * 1024 ** 3)).toBe(240);
  });

  it('starts from what recent files took', () => {
    expect(first(32_000_000, 2)).toBe(86);
    expect(first(32_000_000, 0.5)).toBe(22);
  });

  it('grows with the time since the upload, up to four minutes', () => {
    expect([5, 20, 60, 200, 600, 3000].map((elapsed) => next(elapsed))).toEqual([5, 6, 18, 60, 180, 240]);
  });

  it('grows more slowly where asking is shared', () => {
    expect([5, 20, 60, 200, 600, 3000].map((elapsed) => next(elapsed, true))).toEqual([5, 5, 7, 24, 72, 240]);
  });

  it('always gives whole seconds from 4 to 288', () => {
    fc.assert(
      fc.property(
        fc.record({
          polls: fc.nat(1000),
          elapsedSeconds: fc.double({ min: 0, max: 1e6, noNaN: true }),
          sizeBytes: fc.nat(4 * 1024 ** 3),
          pace: fc.double({ min: 0.05, max: 50, noNaN: true }),
          shared: fc.boolean(),
          random: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        (waited) => {
          const wait = pollWaitSeconds(waited);
          expect(Number.isInteger(wait) && wait >= 4 && wait <= 288).toBe(true);
        },
      ),
    );
  });
});
