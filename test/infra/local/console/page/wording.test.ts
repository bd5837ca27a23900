import { describe, expect, it } from 'vitest';
import { ago, duration, until } from '../../../../../infra/local/console/page/wording.ts';

describe('the wording', () => {
  it.each([
    [0, '0 ms'],
    [39.6, '40 ms'],
    [994, '994 ms'],
    [996, '1.0 s'],
    [9_940, '9.9 s'],
    [9_960, '10 s'],
    [59_600, '1 min'],
    [200_000, '3 min 20 s'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
    [187_200_000, '2 d 4 h'],
    [-5, '0 ms'],
  ])('says a duration of %i ms as %s', (milliseconds, words) => expect(duration(milliseconds)).toBe(words));

  it.each([
    [9_000, 'just now'],
    [12_000, '12 s ago'],
    [200_000, '3 min ago'],
    [7_500_000, '2 h ago'],
  ])('says %i ms ago as %s', (milliseconds, words) => expect(ago(milliseconds)).toBe(words));

  it.each([
    [1_000, 'in 1 s'],
    [1_200, 'in 2 s'],
    [61_000, 'in 1 min 1 s'],
    [0, 'now'],
    [-9_000, 'now'],
  ])('says %i ms from now as %s', (milliseconds, words) => expect(until(1e12 + milliseconds, 1e12)).toBe(words));
});
