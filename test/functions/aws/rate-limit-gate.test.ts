import type { SSMClient } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { parameterGate } from '../../../functions/aws/rate-limit-gate.ts';

const NOW = Date.parse('2026-03-01T09:00:00.000Z');

/** A gate over a Systems Manager parameter. With an Error, each request for the parameter fails with this error. */
function gateOf(parameter: { Value?: string } | Error) {
  const errors: unknown[] = [];
  const ssm = {
    async send({ input }: { input: { Value?: string } }) {
      if (parameter instanceof Error) throw parameter;
      if (input.Value !== undefined) parameter.Value = input.Value;
      return { Parameter: parameter };
    },
  };
  const gate = parameterGate(
    ssm as unknown as SSMClient,
    '/gate',
    (error) => errors.push(error),
    () => NOW,
  );
  return { gate, errors };
}

describe('parameterGate', () => {
  it('stays closed for the requested number of seconds', async () => {
    const { gate } = gateOf({ Value: '1970-01-01T00:00:00.000Z' });
    expect(await gate.closedForSeconds()).toBe(0);
    await gate.close(90);
    expect(await gate.closedForSeconds()).toBe(90);
  });

  it.each([
    ['a year in Retry-After', 31_536_000],
    ['milliseconds in x-ratelimit-reset', 1.8e12],
    ['twenty digits', 1e20],
    ['more than a number holds', Number.POSITIVE_INFINITY],
  ])('stays closed for 11 hours at most: %s', async (_, seconds) => {
    const { gate, errors } = gateOf({ Value: '1970-01-01T00:00:00.000Z' });
    await gate.close(seconds);
    expect(await gate.closedForSeconds()).toBe(11 * 3600);
    expect(errors).toEqual([]);
  });

  it('stays closed for 11 hours at most when another version wrote a later time', async () => {
    expect(await gateOf({ Value: '+058871-01-01T00:00:00.000Z' }).gate.closedForSeconds()).toBe(11 * 3600);
  });

  it.each(['never', ''])('is open when the parameter contains %j', async (Value) => {
    expect(await gateOf({ Value }).gate.closedForSeconds()).toBe(0);
  });

  it('is open when Systems Manager fails, and reports each error', async () => {
    const { gate, errors } = gateOf(new Error('TooManyUpdates'));
    expect(await gate.closedForSeconds()).toBe(0);
    await gate.close(3600);
    expect(errors).toHaveLength(2);
  });
});
