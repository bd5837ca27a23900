import { z } from 'zod';
import { type AccountPrefixes, isAccountName } from '../shared/upload/account.ts';

const EXAMPLE = '{"brand-a":{"prefix":"brand-a/"},"brand-b":{"prefix":"brand-b/"}}';

/** The setting `accounts`: an object in cdk.json, or its JSON after `-c`. */
export const accountsSchema = z.preprocess(
  (given) => (typeof given === 'string' ? parsed(given) : given),
  z
    .record(z.string(), z.strictObject({ prefix: z.string() }), { error: `it must be an object such as ${EXAMPLE}` })
    .refine((accounts) => Object.keys(accounts).length > 0, `it must name an account, such as ${EXAMPLE}`)
    .refine(
      (accounts) => Object.keys(accounts).every(isAccountName),
      "an account's name must be 1 to 30 lower-case letters, digits and hyphens",
    ),
);

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // The schema's own message says what is expected.
    return json;
  }
}

/**
 * Checks that each key belongs to one account at most.
 * @throws Error when the prefixes of two accounts overlap, or when `prefix` is given as well
 */
export function requireSeparateAccounts({ accounts, prefix }: { accounts?: AccountPrefixes; prefix: string }): void {
  if (accounts === undefined) return;
  if (prefix !== '') {
    throw new Error(
      `The settings accounts and prefix exclude each other: put "${prefix}" before the prefix of each account instead.`,
    );
  }
  const all = Object.entries(accounts);
  for (const [name, { prefix: own }] of all) {
    const other = all.find(([another, { prefix: longer }]) => another !== name && longer.startsWith(own));
    if (!other) continue;
    const [another, { prefix: longer }] = other;
    throw new Error(
      `The prefixes of the accounts ${name} ("${own}") and ${another} ("${longer}") overlap, so that a key could belong to both: no prefix may begin with another account's prefix.`,
    );
  }
}
