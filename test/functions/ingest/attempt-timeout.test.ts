import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptTimeoutMs } from '../../../functions/ingest/attempt-timeout.ts';

describe('the timeout of an attempt', () => {
  it.each([
    [900_000, 870_000],
    [899_991, 869_991],
    [120_000, 90_000],
    [12_000, 9_000],
    [11_987, 8_990],
    [1, 0],
  ])('of %i ms that Lambda leaves is %i ms', (left, timeout) => {
    expect(attemptTimeoutMs(left)).toBe(timeout);
  });

  it('is always accepted by AbortSignal.timeout', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 900_000 }), (left) => {
        expect(() => AbortSignal.timeout(attemptTimeoutMs(left))).not.toThrow();
      }),
    );
  });
});
