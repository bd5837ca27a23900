import { type CfnElement, Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Account } from './account.ts';

/**
 * The room for the variable `ACCOUNTS` in bytes. Lambda allows 4,096 bytes for all variables of a function; those of
 * `ingest`, which has the most, need up to 1,000 besides.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const MAX_BYTES = 3000;

/** What CloudFormation adds to a logical id: a secret's ARN has this form. */
const SECRET_ARN_FRAME = 'arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:-aB3dE5gH7jK9-aB3dE5';
const PARAMETER_NAME_FRAME = 'CFN--aB3dE5gH7jK9';

/**
 * The environment variables through which a function knows the Pinterest accounts. functions/accounts.ts reads them.
 * @param only the variables of a function that works for one account, without the setting `accounts`
 * @throws Error when the accounts do not fit into the environment of a function
 */
export function accountVariables(
  accounts: readonly Account[],
  only: (account: Account) => Record<string, string>,
): Record<string, string> {
  const [first] = accounts;
  if (first === undefined || first.name === undefined) return first ? only(first) : {};
  requireRoom(accounts);
  const entries = accounts.map(({ name = '', prefix, tokenSecret, gate }) => [
    name,
    { prefix, secret: tokenSecret.secretArn, gate: gate.parameterName },
  ]);
  return { ACCOUNTS: Stack.of(first.gate).toJsonString(Object.fromEntries(entries)) };
}

function requireRoom(accounts: readonly Account[]): void {
  const longest = accounts.map(({ name = '', prefix, tokenSecret, gate }) => [
    name,
    {
      prefix,
      secret: Token.isUnresolved(tokenSecret.secretArn)
        ? SECRET_ARN_FRAME + logicalId(tokenSecret)
        : tokenSecret.secretArn,
      gate: PARAMETER_NAME_FRAME + logicalId(gate),
    },
  ]);
  const bytes = Buffer.byteLength(JSON.stringify(Object.fromEntries(longest)));
  if (bytes <= MAX_BYTES) return;
  const fitting = Math.floor((accounts.length * MAX_BYTES) / bytes);
  throw new Error(
    `The setting accounts is too long: a function's environment takes about ${fitting} accounts like these ${accounts.length}. Use shorter names and prefixes, or a second Pindrop for the other accounts.`,
  );
}

/** Empty for a resource of another stack. */
const logicalId = (resource: IConstruct): string =>
  resource.node.defaultChild
    ? String(Stack.of(resource).resolve((resource.node.defaultChild as CfnElement).logicalId))
    : '';
