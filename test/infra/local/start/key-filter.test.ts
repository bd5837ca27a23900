import { describe, expect, it } from 'vitest';
import { accountsOf, keyFilter, prefixOfFiles, whyKeyIgnored } from '../../../../infra/local/start/key-filter.ts';

const one = keyFilter({ prefix: 'pinterest/', suffixes: ['.mp4'] });
const several = keyFilter({
  prefix: '',
  suffixes: [],
  accounts: { 'brand-a': { prefix: 'a/' }, 'brand-b': { prefix: 'b/' } },
});

describe('the prefix of dropped files', () => {
  it('is the prefix of the setting, or of the chosen account', () => {
    expect(prefixOfFiles(one, undefined)).toBe('pinterest/');
    expect(prefixOfFiles(several, 'brand-b')).toBe('b/');
    expect(accountsOf(one)).toEqual([]);
    expect(accountsOf(several)).toEqual([
      { name: 'brand-a', prefix: 'a/' },
      { name: 'brand-b', prefix: 'b/' },
    ]);
  });

  it('decides with the suffixes which keys are uploaded', () => {
    const why = (filter: typeof one, ...keys: string[]) => keys.map((key) => whyKeyIgnored(key, filter) ?? 'uploaded');
    expect(why(one, 'pinterest/a.MP4', 'pinterest/a.txt', 'a.mp4')).toEqual([
      'uploaded',
      'The key does not end in .mp4.',
      'The key does not start with pinterest/.',
    ]);
    expect(why(several, 'b/a', 'c/a')).toEqual(['uploaded', 'The key does not start with a/ or b/.']);
  });

  it.each([
    [several, undefined, 'Choose the account of the files with --account: brand-a, brand-b.'],
    [several, 'brand-c', 'There is no account brand-c: the accounts are brand-a, brand-b.'],
    [several, 'toString', 'There is no account toString: the accounts are brand-a, brand-b.'],
    [one, 'brand-a', '--account needs the setting accounts'],
  ])('is refused in one sentence when the account is missing or unknown', (prefixes, account, sentence) => {
    expect(() => prefixOfFiles(prefixes, account)).toThrow(sentence);
  });
});
