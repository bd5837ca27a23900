import { describe, expect, it } from 'vitest';
import { pinDefaultsProblems } from '../../../shared/pin/pin-defaults.ts';

describe('pinDefaultsProblems', () => {
  it.each([
    [{}],
    [{ all: { board: 'Spring', link: 'https://example.com/' } }],
    [{ accounts: { brand: { board_id: '42' } }, prefixes: { 'recipes/': { section: 'Salads', cover: 2 } } }],
  ])('finds none in %j', (defaults) => {
    expect(pinDefaultsProblems(defaults)).toEqual([]);
  });

  it.each([
    ['board=42', ['pinDefaults must be an object.']],
    [[], ['pinDefaults must be an object.']],
    [{ board: '42' }, ['pinDefaults has "all", "accounts" and "prefixes", not "board".']],
    [{ all: 'Spring' }, ['pinDefaults.all must be an object.']],
    [{ prefixes: ['a/'] }, ['pinDefaults.prefixes must be an object.']],
    [{ accounts: { brand: null } }, ['pinDefaults.accounts["brand"] must be an object.']],
    [
      {
        all: { title: 'x'.repeat(101), color: 'red' },
        prefixes: { 'a/': { link: 'nowhere', publish_at: '2026-12-01' } },
      },
      [
        expect.stringContaining('In pinDefaults.all, "color" is not a field of a Pin: the fields are board, section,'),
        'In pinDefaults.all, "title" has 101 characters; Pinterest accepts 100.',
        'In pinDefaults.prefixes["a/"], "link" is not a web address: "nowhere".',
        expect.stringContaining('"publish_at" makes no sense'),
      ],
    ],
  ])('reports every mistake in %j', (defaults, problems) => {
    expect(pinDefaultsProblems(defaults)).toEqual(problems);
  });
});
