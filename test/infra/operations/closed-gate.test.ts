import type { SSMClient } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { closedGate } from '../../../infra/operations/deployed-settings.ts';

const holding = (Value: string) => ({ ssm: { send: async () => ({ Parameter: { Value } }) } as unknown as SSMClient });
const LATER = '2100-01-01T00:00:00.000Z';

describe('closedGate', () => {
  it.each([
    ['Pinterest asked to wait', LATER, { until: new Date(LATER) }],
    ['the account pauses', `${LATER} token 3`, { until: new Date(LATER), pause: { because: 'token', faults: 3 } }],
  ])('says until when: %s', async (_, value, expected) => {
    expect(await closedGate('/gate', holding(value))).toEqual(expected);
  });

  it.each(['1970-01-01T00:00:00.000Z', '2026-03-01T09:00:00.000Z outage 7', ''])('is open: %j', async (value) => {
    expect(await closedGate('/gate', holding(value))).toBeUndefined();
  });
});
