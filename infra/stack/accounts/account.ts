import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { type IStringParameter, StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { GATE_OPEN } from '../../../shared/upload/initial-parameters.ts';
import type { ConstructSettings } from '../../construct-settings.ts';
import { TokenRotation } from '../tokens/token-rotation.ts';
import { TokenSecret } from '../tokens/token-secret.ts';

/** A Pinterest account, and the resources that it does not share with the other accounts. */
export interface Account {
  /** Undefined without the setting `accounts`: then there is one account, which has no name. */
  name?: string;
  /** The account's files are the keys that start with this. */
  prefix: string;
  /** The secret with the account's tokens. */
  tokenSecret: ISecret;
  /** The parameter that says until when no registration may be requested. */
  gate: IStringParameter;
  /** Renews the account's tokens. Each account has its own function, so that its errors raise the account's own alarm. */
  rotateToken: IFunction;
}

export interface AccountsProps {
  settings: ConstructSettings;
  /** The secret of the only account. It must be undefined with the setting `accounts`. */
  tokenSecret?: ISecret;
  /** Secrets by account name. The other accounts get a new secret. */
  tokenSecrets?: Record<string, ISecret>;
}

/**
 * Creates the resources of each Pinterest account.
 * @param pindrop the construct that the accounts belong to
 * @returns the accounts in the order of the setting, at least one; without the setting one account without a name
 * @throws Error when a secret is given that no account can use
 */
export function accountsOf(
  pindrop: Construct,
  { settings, tokenSecret, tokenSecrets = {} }: AccountsProps,
): [Account, ...Account[]] {
  const { accounts } = settings;
  if (accounts === undefined) {
    requireKnown(Object.keys(tokenSecrets), []);
    return [account(pindrop, settings, { prefix: settings.prefix, given: tokenSecret })];
  }
  if (tokenSecret) {
    throw new Error(
      'The property tokenSecret cannot be used with the setting accounts: give tokenSecrets, the secrets by account name.',
    );
  }
  requireKnown(Object.keys(tokenSecrets), Object.keys(accounts));
  const named = Object.entries(accounts).map(([name, { prefix }]) =>
    account(new Construct(pindrop, `Account-${name}`), settings, { name, prefix, given: tokenSecrets[name] }),
  );
  // The setting names an account at least.
  return named as [Account, ...Account[]];
}

/** The ARNs of the secrets by account name; empty without the setting `accounts`. */
export const secretsByName = (accounts: readonly Account[]): Record<string, string> =>
  Object.fromEntries(
    accounts.flatMap(({ name, tokenSecret }) => (name === undefined ? [] : [[name, tokenSecret.secretArn]])),
  );

function account(
  scope: Construct,
  settings: ConstructSettings,
  { name, prefix, given }: Pick<Account, 'name' | 'prefix'> & { given?: ISecret },
): Account {
  const token = given ?? new TokenSecret(scope, 'Token', { account: name });
  const scheduled = !settings.emulated;
  const { rotateToken } = new TokenRotation(scope, 'TokenRotation', { settings, token, scheduled, account: name });
  const gate = new StringParameter(scope, 'RateLimitGate', {
    description: `Pindrop requests no registration from Pinterest before this time${name === undefined ? '' : ` for ${name}`}`,
    stringValue: GATE_OPEN,
  });
  return { name, prefix, tokenSecret: token, gate, rotateToken };
}

function requireKnown(given: string[], accounts: string[]): void {
  const unknown = given.filter((name) => !accounts.includes(name));
  if (unknown.length === 0) return;
  throw new Error(
    `The property tokenSecrets names ${unknown.join(', ')}, which the setting accounts does not contain.`,
  );
}
