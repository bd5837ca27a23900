import type { SSMClient } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { parameterGate } from '../../../functions/aws/rate-limit-gate.ts';

const NOW = Date.parse('2026-03-01T09:00:00.000Z');

/** A gate over a Systems Manager parameter. With an Error, each request for the parameter fails with this error. */
function gateOf(parameter: { Value?: string } | Error) {
  const errors: unknown[] = [];
  const clock = { now: NOW, reads: 0 };
  const ssm = {
    async send({ input }: { input: { Value?: string } }) {
      if (parameter instanceof Error) throw parameter;
      if (input.Value === undefined) clock.reads++;
      else parameter.Value = input.Value;
      return { Parameter: parameter };
    },
  };
  const gate = parameterGate(
    ssm as unknown as SSMClient,
    '/gate',
    (error) => errors.push(error),
    () => clock.now,
  );
  return { gate, errors, clock, closedForSeconds: async () => (await gate.state()).closedForSeconds };
}

describe('parameterGate', () => {
  it('stays closed for the requested number of seconds', async () => {
    const { gate, closedForSeconds } = gateOf({ Value: '1970-01-01T00:00:00.000Z' });
    expect(await closedForSeconds()).toBe(0);
    await gate.close(90);
    expect(await closedForSeconds()).toBe(90);
  });

  it.each([
    ['a year in Retry-After', 31_536_000],
    ['milliseconds in x-ratelimit-reset', 1.8e12],
    ['twenty digits', 1e20],
    ['more than a number holds', Number.POSITIVE_INFINITY],
  ])('stays closed for 11 hours at most: %s', async (_, seconds) => {
    const { gate, errors, closedForSeconds } = gateOf({ Value: '1970-01-01T00:00:00.000Z' });
    await gate.close(seconds);
    expect(await closedForSeconds()).toBe(11 * 3600);
    expect(errors).toEqual([]);
  });

  it('stays closed for 11 hours at most when another version wrote a later time', async () => {
    expect(await gateOf({ Value: '+058871-01-01T00:00:00.000Z' }).closedForSeconds()).toBe(11 * 3600);
  });

  it.each(['never', ''])('is open when the parameter contains %j', async (Value) => {
    expect(await gateOf({ Value }).closedForSeconds()).toBe(0);
  });

  it('remembers a pause and its faults, also after the gate is open again, until a registration succeeds', async () => {
    const { gate, clock } = gateOf({ Value: '1970-01-01T00:00:00.000Z' });
    await gate.close(20, { because: 'token', faults: 3 });
    expect(await gate.state()).toEqual({ closedForSeconds: 20, pause: { because: 'token', faults: 3 } });
    clock.now += 21_000;
    expect(await gate.state()).toEqual({ closedForSeconds: 0, pause: { because: 'token', faults: 3 } });
    await gate.open();
    expect(await gate.state()).toEqual({ closedForSeconds: 0 });
  });

  it('reads a closed gate every five seconds at most, and an open one each time', async () => {
    const { gate, clock, closedForSeconds } = gateOf({ Value: '1970-01-01T00:00:00.000Z' });
    await Promise.all([closedForSeconds(), closedForSeconds()]);
    expect(clock.reads).toBe(2);
    await gate.close(7);
    const seen: number[] = [];
    for (let second = 0; second < 9; second++, clock.now += 1000) seen.push(await closedForSeconds());
    expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1, 0, 0]);
    expect(clock.reads).toBe(2 + 2 + 2);
  });

  it('is open when Systems Manager fails, and reports each error', async () => {
    const { gate, errors, closedForSeconds } = gateOf(new Error('TooManyUpdates'));
    expect(await closedForSeconds()).toBe(0);
    await gate.close(3600);
    expect(errors).toHaveLength(2);
  });
});
