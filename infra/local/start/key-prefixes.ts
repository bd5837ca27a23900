import type { Settings } from '../../settings.ts';
import { ONLY_ACCOUNT } from '../pinterest/simulation.ts';
import { UsageError } from './usage-error.ts';

/**
 * The prefixes of the keys that are uploaded, by account name; {@link ONLY_ACCOUNT} is the only name without the
 * setting `accounts`.
 */
export type KeyPrefixes = Record<string, string>;

export function keyPrefixes({ accounts, prefix }: Pick<Settings, 'accounts' | 'prefix'>): KeyPrefixes {
  if (accounts === undefined) return { [ONLY_ACCOUNT]: prefix };
  return Object.fromEntries(Object.entries(accounts).map(([name, account]) => [name, account.prefix]));
}

/** The accounts with their prefixes; empty without the setting `accounts`. */
export const accountsOf = (prefixes: KeyPrefixes): { name: string; prefix: string }[] =>
  Object.entries(prefixes).flatMap(([name, prefix]) => (name === ONLY_ACCOUNT ? [] : [{ name, prefix }]));

/**
 * The prefix of the keys of the files on the command line.
 * @param account the value of `--account`
 * @throws UsageError when the account is missing or unknown
 */
export function prefixOfFiles(prefixes: KeyPrefixes, account: string | undefined): string {
  const only = prefixes[ONLY_ACCOUNT];
  if (only !== undefined) {
    if (account === undefined) return only;
    throw new UsageError(
      '--account needs the setting accounts, such as -c accounts=\'{"brand-a":{"prefix":"brand-a/"}}\'.',
    );
  }
  const names = Object.keys(prefixes).join(', ');
  if (account === undefined) throw new UsageError(`Choose the account of the files with --account: ${names}.`);
  const prefix = Object.hasOwn(prefixes, account) ? prefixes[account] : undefined;
  if (prefix === undefined) throw new UsageError(`There is no account ${account}: the accounts are ${names}.`);
  return prefix;
}
