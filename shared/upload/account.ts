/** The setting `accounts`: the Pinterest accounts of a stack by name, each with the prefix of its keys. */
export type AccountPrefixes = Readonly<Record<string, { prefix: string }>>;

/**
 * The account that a dropped object belongs to: the one whose prefix the key starts with. The prefixes of two accounts
 * never overlap, because the setting does not allow that.
 * @returns the account's name; undefined when the key is under no account's prefix
 */
export function accountOfKey(accounts: AccountPrefixes, key: string): string | undefined {
  return Object.keys(accounts).find((name) => key.startsWith(accounts[name]?.prefix ?? ''));
}

/** True for a name that the setting `accounts` allows: 1 to 30 lower-case letters, digits and hyphens. */
export const isAccountName = (name: string): boolean => /^[a-z0-9-]{1,30}$/.test(name);
