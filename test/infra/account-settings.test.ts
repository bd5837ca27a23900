import { describe, expect, it } from 'vitest';
import { readSettings } from '../../infra/settings.ts';

const BRANDS = { 'brand-a': { prefix: 'brand-a/' }, 'brand-b': { prefix: 'brand-b/' } };

describe('the setting accounts', () => {
  it.each([
    ['an object', BRANDS],
    ['JSON', JSON.stringify(BRANDS)],
  ])('takes %s', (_, accounts) => {
    expect(readSettings({ accounts }).accounts).toEqual(BRANDS);
  });

  it.each([
    ['one account for every key', { only: { prefix: '' } }],
    ['the longest name', { ['a-0'.repeat(10)]: { prefix: 'a/' } }],
    ['prefixes that only share their beginning', { a: { prefix: 'brand' }, b: { prefix: 'brains/' } }],
  ])('takes %s', (_, accounts) => {
    expect(readSettings({ accounts }).accounts).toEqual(accounts);
  });

  it.each<[string, unknown, string]>([
    ['equal prefixes', { a: { prefix: 'x/' }, b: { prefix: 'x/' } }, 'a ("x/") and b ("x/") overlap'],
    ['a prefix inside another', { a: { prefix: 'x/y/' }, b: { prefix: 'x/' } }, 'b ("x/") and a ("x/y/") overlap'],
    ['an empty prefix beside another', { a: { prefix: '' }, b: { prefix: 'x/' } }, 'a ("") and b ("x/") overlap'],
    ['text that is not JSON', 'brand-a', 'it must be an object such as {"brand-a":{"prefix":"brand-a/"}'],
    ['a list', ['brand-a'], 'it must be an object such as'],
    ['no account', {}, 'it must name an account'],
    ['an upper-case name', { Brand: { prefix: 'x/' } }, '1 to 30 lower-case letters, digits and hyphens'],
    ['a long name', { ['a'.repeat(31)]: { prefix: 'x/' } }, '1 to 30 lower-case letters, digits and hyphens'],
    ['an account without prefix', { a: {} }, 'accounts.a.prefix is not valid'],
    ['a misspelt property', { a: { prefix: 'x/', prefx: 'x/' } }, 'prefx is not a setting'],
  ])('stops at %s', (_, accounts, message) => {
    expect(() => readSettings({ accounts })).toThrow(message);
  });

  it('excludes the setting prefix, in one sentence', () => {
    expect(() => readSettings({ accounts: BRANDS, prefix: 'videos/' })).toThrow(
      /^The settings accounts and prefix exclude each other: put "videos\/" before the prefix of each account instead\.$/,
    );
  });
});
