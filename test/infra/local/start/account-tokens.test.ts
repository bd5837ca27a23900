import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readAccountTokens } from '../../../../infra/local/start/account-tokens.ts';
import { UsageError } from '../../../../infra/local/start/usage-error.ts';
import { tokenFile, writeTokenFile } from '../../../../infra/operations/token-file.ts';

const BRANDS = ['brand-a', 'brand-b'];

function stateDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'pindrop-tokens-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const tokensOf = (sources: ReturnType<typeof readAccountTokens>) =>
  sources &&
  Object.fromEntries(Object.entries(sources).map(([name, { value }]) => [name, JSON.parse(value).accessToken]));

describe('the tokens of several accounts', () => {
  it('come from PINTEREST_ACCESS_TOKENS', () => {
    const PINTEREST_ACCESS_TOKENS = '{"brand-b":"pina_b","brand-a":" pina_a "}';
    const sources = readAccountTokens({ PINTEREST_ACCESS_TOKENS }, stateDirectory(), BRANDS);
    expect(tokensOf(sources)).toEqual({ 'brand-a': 'pina_a', 'brand-b': 'pina_b' });
  });

  it('come from a sign-in if the environment has none, and each keeps its own renewed tokens', () => {
    const directory = stateDirectory();
    writeTokenFile(tokenFile(directory, 'brand-a'), '{"accessToken":"pina_a"}');
    writeTokenFile(tokenFile(directory, 'brand-b'), '{"accessToken":"pina_b"}');
    const sources = readAccountTokens({}, directory, BRANDS);
    expect(tokensOf(sources)).toEqual({ 'brand-a': 'pina_a', 'brand-b': 'pina_b' });
    sources?.['brand-b']?.keep?.('{"accessToken":"pina_b2"}');
    const kept = (account: string) => JSON.parse(readFileSync(tokenFile(directory, account), 'utf8')).accessToken;
    expect([kept('brand-a'), kept('brand-b')]).toEqual(['pina_a', 'pina_b2']);
    const mixed = readAccountTokens({ PINTEREST_ACCESS_TOKENS: '{"brand-a":"pina_other"}' }, directory, BRANDS);
    expect(tokensOf(mixed)).toEqual({ 'brand-a': 'pina_other', 'brand-b': 'pina_b2' });
  });

  it('are missing for the simulator only when there is none at all', () => {
    expect(readAccountTokens({}, stateDirectory(), BRANDS)).toBeUndefined();
    expect(readAccountTokens({ PINTEREST_ACCESS_TOKENS: ' ' }, stateDirectory(), BRANDS)).toBeUndefined();
  });

  it.each([
    [
      'not JSON',
      { PINTEREST_ACCESS_TOKENS: 'pina_secret' },
      BRANDS,
      /^PINTEREST_ACCESS_TOKENS must be a JSON object of /,
    ],
    [
      'a list',
      { PINTEREST_ACCESS_TOKENS: '["pina_secret"]' },
      BRANDS,
      /^PINTEREST_ACCESS_TOKENS must be a JSON object of /,
    ],
    ['null', { PINTEREST_ACCESS_TOKENS: 'null' }, BRANDS, /^PINTEREST_ACCESS_TOKENS must be a JSON object of /],
    [
      'a token that is not text',
      { PINTEREST_ACCESS_TOKENS: '{"brand-a":{"accessToken":"pina_secret"}}' },
      BRANDS,
      /^PINTEREST_ACCESS_TOKENS must be a JSON object of .*: the token of brand-a is not text\.$/,
    ],
    [
      'an unknown account',
      { PINTEREST_ACCESS_TOKENS: '{"brand-c":"pina_secret"}' },
      BRANDS,
      /has the unknown account brand-c: the accounts are brand-a, brand-b\.$/,
    ],
    [
      'name and token swapped',
      { PINTEREST_ACCESS_TOKENS: '{"pina_secret":"brand-a"}' },
      BRANDS,
      /has an unknown account: the accounts are brand-a, brand-b\.$/,
    ],
    [
      'an account without a token',
      { PINTEREST_ACCESS_TOKENS: '{"brand-a":"pina_secret","brand-b":""}' },
      BRANDS,
      /^The account brand-b has no token: add it to PINTEREST_ACCESS_TOKENS, or .*auth --account brand-b --local\.$/,
    ],
    [
      'an empty object',
      { PINTEREST_ACCESS_TOKENS: '{}' },
      BRANDS,
      /^The accounts brand-a, brand-b have no token: .* --account brand-a --local\.$/,
    ],
    [
      'PINTEREST_ACCESS_TOKEN beside accounts',
      { PINTEREST_ACCESS_TOKEN: 'pina_secret' },
      BRANDS,
      /^PINTEREST_ACCESS_TOKEN is for one account: .*PINTEREST_ACCESS_TOKENS/,
    ],
    [
      'PINTEREST_ACCESS_TOKENS without accounts',
      { PINTEREST_ACCESS_TOKENS: '{"brand-a":"pina_secret"}' },
      [],
      /^PINTEREST_ACCESS_TOKENS needs the setting accounts/,
    ],
  ])('are refused in one sentence without a token in it: %s', (_what, environment, accounts, sentence) => {
    const read = () => readAccountTokens(environment, stateDirectory(), accounts);
    expect(read).toThrow(UsageError);
    expect(read).toThrow(sentence);
    expect(read).not.toThrow('pina_secret');
  });

  it('are refused if only some accounts have signed in, and if a file has no token', () => {
    const directory = stateDirectory();
    writeTokenFile(tokenFile(directory, 'brand-a'), '{"accessToken":"pina_a"}');
    expect(() => readAccountTokens({}, directory, BRANDS)).toThrow('The account brand-b has no token');
    writeFileSync(tokenFile(directory, 'brand-b'), '{"accessToken":""}');
    expect(() => readAccountTokens({}, directory, BRANDS)).toThrow(
      'tokens-brand-b.json holds no token: sign in again (npm run pindrop -- auth --account brand-b --local)',
    );
  });
});
