import { readFileSync } from 'node:fs';
import { readTokenSecret } from '../../../shared/pinterest/token-secret.ts';
import { isAccountName } from '../../../shared/upload/account.ts';
import { signInCommand } from '../../../shared/upload/sign-in.ts';
import { tokenFile, writeTokenFile } from '../../operations/token-file.ts';
import { ONLY_ACCOUNT } from '../pinterest/simulation.ts';
import { UsageError } from './usage-error.ts';

/** The token secret of one account. */
interface TokenSource {
  /** The token secret as JSON. */
  value: string;
  /** Stores renewed tokens; absent when the token came from the environment. */
  keep?: (secret: string) => void;
}

/** Token secrets by account name; {@link ONLY_ACCOUNT} is the only name without the setting `accounts`. */
export type TokenSources = Record<string, TokenSource>;

const SHAPE = 'a JSON object of account name to token, such as {"brand-a":"pina_…"}';

/**
 * Reads the tokens from the environment, and from the files that `pindrop auth --local` wrote.
 * @param accounts names of the accounts in the setting `accounts`; empty without the setting
 * @returns undefined when there is no token at all: the files then go to the simulator
 * @throws UsageError; no message quotes a token
 */
export function readAccountTokens(
  environment: NodeJS.ProcessEnv,
  stateDirectory: string,
  accounts: string[],
): TokenSources | undefined {
  const one = environment['PINTEREST_ACCESS_TOKEN']?.trim();
  const several = environment['PINTEREST_ACCESS_TOKENS']?.trim();
  if (accounts.length === 0) {
    if (several) {
      throw new UsageError(
        'PINTEREST_ACCESS_TOKENS needs the setting accounts: add it, or set PINTEREST_ACCESS_TOKEN for one account.',
      );
    }
    const source = one ? fromEnvironment(one) : fromFile(stateDirectory);
    return source && { [ONLY_ACCOUNT]: source };
  }
  if (one) {
    throw new UsageError(
      `PINTEREST_ACCESS_TOKEN is for one account: with the setting accounts, set PINTEREST_ACCESS_TOKENS to ${SHAPE}.`,
    );
  }
  const given = several ? tokensIn(several, accounts) : {};
  const sources = Object.fromEntries(
    accounts.map((account) => {
      const token = given[account];
      return [account, token ? fromEnvironment(token) : fromFile(stateDirectory, account)];
    }),
  );
  const missing = accounts.filter((account) => !sources[account]);
  if (missing.length === 0) return sources as TokenSources;
  if (missing.length === accounts.length && !several) return undefined;
  const [first = ''] = missing;
  throw new UsageError(
    `${missing.length === 1 ? 'The account' : 'The accounts'} ${missing.join(', ')} ${missing.length === 1 ? 'has' : 'have'} no token: add ${missing.length === 1 ? 'it' : 'them'} to PINTEREST_ACCESS_TOKENS, or sign in with ${signInCommand(first)} --local.`,
  );
}

function tokensIn(text: string, accounts: string[]): Record<string, string> {
  let tokens: unknown;
  try {
    tokens = JSON.parse(text);
  } catch {
    // The parser's own message would quote a token.
  }
  if (typeof tokens !== 'object' || tokens === null || Array.isArray(tokens)) {
    throw new UsageError(`PINTEREST_ACCESS_TOKENS must be ${SHAPE}.`);
  }
  for (const [name, token] of Object.entries(tokens)) {
    if (!accounts.includes(name)) {
      // Quote only what can be an account's name: a person may have swapped name and token.
      const which = isAccountName(name) ? `the unknown account ${name}` : 'an unknown account';
      throw new UsageError(`PINTEREST_ACCESS_TOKENS has ${which}: the accounts are ${accounts.join(', ')}.`);
    }
    if (typeof token !== 'string')
      throw new UsageError(`PINTEREST_ACCESS_TOKENS must be ${SHAPE}: the token of ${name} is not text.`);
  }
  return Object.fromEntries(Object.entries(tokens).map(([name, token]) => [name, String(token).trim()]));
}

const fromEnvironment = (accessToken: string): TokenSource => ({ value: JSON.stringify({ accessToken }) });

function fromFile(stateDirectory: string, account?: string): TokenSource | undefined {
  const path = tokenFile(stateDirectory, account);
  const signedIn = readTokenFile(path, account);
  if (signedIn === undefined) return undefined;
  let known = signedIn;
  const keep = (secret: string) => {
    // The user has signed in again since. That sign-in is newer than this run's renewed token. The next start uses it.
    if (readTokenFile(path, account)?.trim() !== known.trim()) return;
    writeTokenFile(path, secret);
    known = secret;
  };
  return { value: signedIn, keep };
}

function readTokenFile(path: string, account: string | undefined): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  try {
    readTokenSecret(text);
    return text;
  } catch {
    throw new UsageError(`${path} holds no token: sign in again (${signInCommand(account)} --local), or delete it.`);
  }
}
