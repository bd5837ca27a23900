import { describe, expect, it } from 'vitest';
import { FaultSwitches } from '../../../../infra/local/pinterest/fault-switches.ts';
import type { SimulatedOperation } from '../../../../infra/local/pinterest/faults.ts';

function switches() {
  const clock = { now: 1_000_000 };
  const made = new FaultSwitches(() => clock.now);
  const strikes = (operation: SimulatedOperation) => made.source({ operation, count: 0 });
  return { made, clock, strikes };
}

describe('the fault switches', () => {
  it('are all off at first, and each names its consequence', () => {
    const { made, strikes } = switches();
    for (const each of made.switches())
      expect(each).toMatchObject({ on: false, consequence: expect.stringMatching(/\.$/) });
    expect(strikes('upload')).toBeUndefined();
  });

  it('affect the next request of their operation once', () => {
    const { made, strikes } = switches();
    expect(made.turn('upload-cut-off', true)).toBe(true);
    expect(strikes('media_create')).toBeUndefined();
    expect(strikes('upload')).toMatchObject({ kind: 'reset' });
    expect(strikes('upload')).toBeUndefined();
  });

  it('turn themselves off after a minute, and Retry-After counts down to that time', () => {
    const { made, clock, strikes } = switches();
    made.turn('rate-limit', true);
    clock.now += 20_000;
    expect(strikes('media_create')).toMatchObject({ status: 429, retryAfterSeconds: 40 });
    expect(strikes('upload')).toBeUndefined();
    clock.now += 40_000;
    expect(strikes('media_create')).toBeUndefined();
    expect(made.switches().find(({ name }) => name === 'rate-limit')).toMatchObject({ on: false });
  });

  it('slow down processing until they are turned off', () => {
    const { made } = switches();
    const usual = made.processingSeconds({ size: 1 });
    made.turn('slow-processing', true);
    expect(made.processingSeconds({ size: 1 })).toBe(usual + 60);
    made.turn('slow-processing', false);
    expect(made.processingSeconds({ size: 1 })).toBe(usual);
  });

  it('refuse an unknown name', () => {
    expect(switches().made.turn('earthquake', true)).toBe(false);
  });
});
