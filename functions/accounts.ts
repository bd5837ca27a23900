import * as z from 'zod/mini';
import { accountOfKey } from '../shared/upload/account.ts';
import type { UploadRecord } from '../shared/upload/execution.ts';
import { environment } from './environment.ts';
import { UnknownAccountError } from './outcome/fault.ts';

/** A Pinterest account that a function works for. */
export interface Account {
  /** Undefined without the setting `accounts`: then there is one account, which has no name. */
  name: string | undefined;
  /** ARN of the secret with the account's tokens. */
  tokenSecretArn: string;
  /** Name of the parameter that holds the account's rate-limit gate. */
  rateLimitParameter: string;
}

/** The Pinterest accounts of the stack. */
export interface Accounts {
  /** The names of the accounts; empty without the setting `accounts`. */
  names: string[];
  /** Each key under one of these belongs to an account. */
  prefixes: string[];
  /** @returns undefined when the key is under no account's prefix, so nobody may upload the object */
  ofKey(key: string): Account | undefined;
  /**
   * The account of an upload that has begun.
   * @throws UnknownAccountError when the account was removed from the setting `accounts` since then
   */
  ofUpload(upload: Pick<UploadRecord, 'account'> & { object: { key: string } }): Account;
}

/** The value of the variable `ACCOUNTS`, which the stack sets with the setting `accounts`. */
const variableSchema = z.record(z.string(), z.object({ prefix: z.string(), secret: z.string(), gate: z.string() }));

/**
 * Reads the variable `ACCOUNTS`: by account name, the prefix of its keys, the ARN of its secret and the name of the
 * parameter that holds its rate-limit gate.
 */
export const readAccountsVariable = (variable: string) => variableSchema.parse(JSON.parse(variable));

type SingleVariable = 'TOKEN_SECRET_ARN' | 'RATE_LIMIT_PARAMETER';

/**
 * Reads the Pinterest accounts from the function's environment.
 * @param needed the variables that the function needs without the setting `accounts`
 * @throws Error naming the variable that is missing or not valid; the function then cannot start
 */
export function accountsOfStack(...needed: SingleVariable[]): Accounts {
  const { ACCOUNTS } = process.env;
  return ACCOUNTS === undefined ? oneAccount(needed) : severalAccounts(ACCOUNTS);
}

function oneAccount(needed: SingleVariable[]): Accounts {
  const { TOKEN_SECRET_ARN = '', RATE_LIMIT_PARAMETER = '' } = environment(...needed) as Partial<
    Record<SingleVariable, string>
  >;
  const account = { name: undefined, tokenSecretArn: TOKEN_SECRET_ARN, rateLimitParameter: RATE_LIMIT_PARAMETER };
  const { PREFIX } = environment('PREFIX');
  return { names: [], prefixes: [PREFIX], ofKey: () => account, ofUpload: () => account };
}

function severalAccounts(variable: string): Accounts {
  const entries = readAccountsVariable(variable);
  const named = new Map(
    Object.entries(entries).map(([name, { secret, gate }]) => [
      name,
      { name, tokenSecretArn: secret, rateLimitParameter: gate },
    ]),
  );
  return {
    names: [...named.keys()],
    prefixes: Object.values(entries).map(({ prefix }) => prefix),
    ofKey: (key) => named.get(accountOfKey(entries, key) ?? ''),
    ofUpload(upload) {
      // An upload has no account if it began before the stack got the setting.
      const { account = accountOfKey(entries, upload.object.key), object } = upload;
      const found = named.get(account ?? '');
      if (found) return found;
      const which = account === undefined ? `of the key ${object.key}` : `${account} of this upload`;
      throw new UnknownAccountError(`The Pinterest account ${which} is not in the setting \`accounts\`.`);
    },
  };
}

/**
 * Makes something once for each account, when it is first needed.
 * @param make called with the account, for example to make its Pinterest client
 */
export function perAccount<T>(make: (account: Account) => T): (account: Account) => T {
  const made = new Map<Account, T>();
  return (account) => {
    const before = made.get(account);
    if (before !== undefined) return before;
    const value = make(account);
    made.set(account, value);
    return value;
  };
}
