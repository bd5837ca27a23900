import { z } from 'zod';
import { isAccountName } from '../../shared/upload/account.ts';
import { ACCOUNTS_OUTPUT } from '../output-tags.ts';
import { OperationError } from './operation-error.ts';
import type { StackLocation } from './stack-location.ts';
import { outputOf } from './stack-outputs.ts';

/** The account is missing or unknown. The message lists the accounts. */
export class AccountError extends OperationError {
  override readonly name = 'AccountError';
}

const accountsSchema = z.record(z.string(), z.string());

type Outputs = Pick<StackLocation, 'outputs' | 'stackName'>;

/** The ARNs of the token secrets by account name; empty when the stack has only one account. */
function secretArns({ outputs, stackName }: Outputs): Record<string, string> {
  const text = outputs[ACCOUNTS_OUTPUT];
  if (!text) return {};
  try {
    return accountsSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new OperationError(
      `The output Accounts of the stack ${stackName} is not a JSON object of account name to secret ARN: deploy the stack again.`,
      { cause },
    );
  }
}

/** Names of the Pinterest accounts of the stack; empty without the setting `accounts`. */
export const accountNames = (stack: Outputs): string[] => Object.keys(secretArns(stack));

/**
 * @param account name of one of several accounts; undefined for the only account
 * @throws AccountError when the stack has no such account
 */
export function tokenSecretArn(stack: Outputs, account: string | undefined): string {
  if (account === undefined) return outputOf(stack, 'TokenSecretArn');
  const arn = secretArns(stack)[account];
  if (arn === undefined) throw unknownAccount(account, accountNames(stack));
  return arn;
}

/** @throws AccountError when an account is given that is not among the names */
export function requireKnownAccount(account: string | undefined, names: string[]): void {
  if (account !== undefined && !names.includes(account)) throw unknownAccount(account, names);
}

/**
 * For commands that concern one account: it must be named when there are several.
 * @throws AccountError when the account is missing or unknown
 */
export function requireAccount(account: string | undefined, names: string[]): void {
  if (account === undefined && names.length > 0) {
    throw new AccountError(`Choose an account with --account: ${names.join(', ')}.`);
  }
  requireKnownAccount(account, names);
}

/** @throws AccountError when the text cannot be the name of an account */
export function requireAccountName(account: string): void {
  if (isAccountName(account)) return;
  throw new AccountError(
    `${account} cannot be the name of an account: names are 1 to 30 characters of a-z, 0-9 and -.`,
  );
}

const unknownAccount = (account: string, names: string[]) =>
  new AccountError(
    names.length === 0
      ? `There is no account ${account}: the stack has only one, without a name. Leave out --account, or add the setting accounts.`
      : `There is no account ${account}: the accounts are ${names.join(', ')}.`,
  );
