import { describe, expect, it } from 'vitest';
import { findNamed } from '../../../../functions/examples/publish-pin/find-named.ts';

const items = [
  { id: '1', name: 'Spring' },
  { id: '2', name: 'Summer' },
  { id: '3', name: 'summer' },
  { id: '4', name: 'Winter' },
  { id: '5', name: 'WINTER' },
  { id: '6', name: '2026' },
  { id: '2026', name: 'Old' },
  { id: '7', name: 'Twice' },
  { id: '8', name: 'Twice' },
  { id: '9', name: 'Café  Crème' },
];
const found = (wanted: string, from = items) => findNamed(wanted, from, { kind: 'board', where: 'in the account' });

describe('findNamed', () => {
  it.each([
    ['an id', '4', '4'],
    ['a name', 'Spring', '1'],
    ['a name in another case', 'sPRING', '1'],
    ['the exact name before one in another case', 'summer', '3'],
    ['white space and the composition of characters as equal', 'cafe\u0301 crème', '9'],
    ['an id before a name of digits', '2026', '2026'],
    ['digits that nothing has as an id that the list lacks', '99', '99'],
  ])('takes %s: %s is %s', (_what, wanted, id) => {
    expect(found(wanted)).toEqual({ id });
  });

  it('takes a name of digits when no id is equal', () => {
    expect(found('2026', [{ id: '6', name: '2026' }])).toEqual({ id: '6' });
  });

  it.each([
    ['Twice', '2 boards are named "Twice" in the account: name one by its id, 7 or 8.'],
    ['winter ', '2 boards are named "winter " in the account: name one by its id, 4 or 5.'],
    ['Sprng', 'There is no board "Sprng" in the account: the nearest of 10 are "Spring", "summer", "Old".'],
  ])('does not guess: %s', (wanted, problem) => {
    expect(found(wanted)).toMatchObject({ problem: expect.stringContaining(problem.slice(0, 60)) });
  });

  it('lists the nearest names first, and all names of a short list', () => {
    expect(found('Sprng')).toMatchObject({ problem: expect.stringMatching(/the nearest of 10 are "Spring", /) });
    expect(found('x', items.slice(0, 1))).toEqual({
      problem: 'There is no board "x" in the account: there are "Spring".',
    });
    expect(found('x', [])).toEqual({ problem: 'There is no board "x": there are no boards in the account.' });
  });
});
