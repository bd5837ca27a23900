import { describe, expect, it } from 'vitest';
import { readGateValue, writtenGateValue } from '../../../shared/upload/gate-value.ts';

const until = new Date('2026-03-01T09:00:00.000Z');

describe('the value of a rate-limit gate', () => {
  it.each([
    [{ until }, '2026-03-01T09:00:00.000Z'],
    [{ until, pause: { because: 'token' as const, faults: 12 } }, '2026-03-01T09:00:00.000Z token 12'],
  ])('is read as it was written: %j', (value, text) => {
    expect(writtenGateValue(value)).toBe(text);
    expect(readGateValue(text)).toEqual(value);
  });

  it.each(['', 'never', '2026-03-01T09:00:00.000Z later 1'])('has no valid time in %j', (text) => {
    expect(readGateValue(text).until.getTime()).toBeNaN();
  });
});
