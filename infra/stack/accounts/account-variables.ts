import { Stack } from 'aws-cdk-lib';
import type { Account } from './account.ts';

/**
 * The environment variables through which a function knows the Pinterest accounts. functions/accounts.ts reads them.
 * @param only the variables of a function that works for one account, without the setting `accounts`
 */
export function accountVariables(
  accounts: readonly Account[],
  only: (account: Account) => Record<string, string>,
): Record<string, string> {
  const [first] = accounts;
  if (first === undefined || first.name === undefined) return first ? only(first) : {};
  const entries = accounts.map(({ name = '', prefix, tokenSecret, gate }) => [
    name,
    { prefix, secret: tokenSecret.secretArn, gate: gate.parameterName },
  ]);
  return { ACCOUNTS: Stack.of(first.gate).toJsonString(Object.fromEntries(entries)) };
}
