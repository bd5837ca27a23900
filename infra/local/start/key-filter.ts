import { whyIgnored } from '../../../shared/upload/drop-filter.ts';
import type { Settings } from '../../settings.ts';
import { ONLY_ACCOUNT } from '../pinterest/simulation.ts';
import { UsageError } from './usage-error.ts';

/** Which keys are uploaded. */
export interface KeyFilter {
  /**
   * The prefixes of the keys, by account name; {@link ONLY_ACCOUNT} is the only name without the setting `accounts`.
   */
  prefixes: Record<string, string>;
  /** The keys must end in one of these, in upper or lower case. An empty list allows every key. */
  suffixes: string[];
}

export function keyFilter({
  accounts,
  prefix,
  suffixes,
}: Pick<Settings, 'accounts' | 'prefix' | 'suffixes'>): KeyFilter {
  if (accounts === undefined) return { prefixes: { [ONLY_ACCOUNT]: prefix }, suffixes };
  const prefixes = Object.fromEntries(Object.entries(accounts).map(([name, account]) => [name, account.prefix]));
  return { prefixes, suffixes };
}

/** @returns a sentence that says why an object with this key is not uploaded; undefined when it is uploaded */
export function whyKeyIgnored(key: string, { prefixes, suffixes }: KeyFilter): string | undefined {
  const bucket = 'the drop bucket';
  return whyIgnored({ bucket, key }, { bucket, prefixes: Object.values(prefixes), suffixes });
}

/** The accounts with their prefixes; empty without the setting `accounts`. */
export const accountsOf = ({ prefixes }: KeyFilter): { name: string; prefix: string }[] =>
  Object.entries(prefixes).flatMap(([name, prefix]) => (name === ONLY_ACCOUNT ? [] : [{ name, prefix }]));

/**
 * The prefix of the keys of the files on the command line.
 * @param account the value of `--account`
 * @throws UsageError when the account is missing or unknown
 */
export function prefixOfFiles({ prefixes }: KeyFilter, account: string | undefined): string {
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
