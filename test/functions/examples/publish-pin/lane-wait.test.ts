import { describe, expect, it } from 'vitest';
import { laneWaitSeconds } from '../../../../functions/examples/publish-pin/lane-wait.ts';

describe('laneWaitSeconds', () => {
  it.each([
    [0, 3],
    [30, 3],
    [600, 60],
    [3000, 300],
    [86_400, 300],
  ])('after %s s of waiting, the next wait is %s s', (waited, wait) => {
    expect(laneWaitSeconds(waited, 0.5)).toBe(wait);
  });

  it('has jitter: uploads that were dropped together do not poll together', () => {
    expect([laneWaitSeconds(600, 0), laneWaitSeconds(600, 1)]).toEqual([48, 72]);
  });
});
