import { describe, expect, it } from 'vitest';
import { publishAtOf } from '../../../shared/pin/publish-at.ts';

const NOW = new Date('2026-11-25T09:00:00Z');

describe('publishAtOf', () => {
  it.each([
    ['2026-12-24T18:00:00+01:00', '2026-12-24T17:00:00.000Z'],
    ['2026-12-24T18:00+01:00', '2026-12-24T17:00:00.000Z'],
    ['2026-12-24T18:00:00.250Z', '2026-12-24T18:00:00.250Z'],
    ['2020-01-01T00:00Z', '2020-01-01T00:00:00.000Z'],
    ['2026-12-25T09:00Z', '2026-12-25T09:00:00.000Z'],
  ])('reads %s', (text, dueAt) => {
    expect(publishAtOf(text, NOW)).toEqual({ dueAt });
  });

  it.each([
    ['2026-12-24T18:00:00', 'has no offset: write 2026-12-24T18:00:00Z'],
    ['2026-12-24', 'must be a date and time that exist'],
    ['2026-02-30T18:00Z', 'must be a date and time that exist'],
    ['tomorrow', 'must be a date and time that exist'],
    ['2026-12-25T09:01Z', 'is more than 30 days ahead'],
  ])('refuses %s', (text, problem) => {
    expect(publishAtOf(text, NOW)).toEqual({ problem: expect.stringContaining(problem) });
  });
});
