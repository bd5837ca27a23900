import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { authorizationUrl, exchangeCode, TokenRequestError } from '../../../shared/pinterest/oauth.ts';
import { PinterestClient } from '../../../shared/pinterest/pinterest-client.ts';
import { tokenSecretArn } from '../../operations/accounts.ts';
import { OperationError } from '../../operations/operation-error.ts';
import type { StackPorts } from '../../operations/stack-ports.ts';
import { writeTokenFile } from '../../operations/token-file.ts';
import type { ExitCode, Output } from '../command.ts';
import { receiveRedirect } from '../redirect-receiver.ts';

const TEN_MINUTES_MS = 10 * 60 * 1000;
export const DEFAULT_REDIRECT_PORT = 8085;

export interface SignIn {
  clientId?: string | undefined;
  clientSecret?: string | undefined;
  /** Loopback port of the redirect URI. */
  redirectPort: number;
  apiUrl: string;
  authorizeUrl?: string | undefined;
  /** The OAuth scopes of the tokens; by default the scopes that uploads need. */
  scopes?: readonly string[] | undefined;
  /** Name of the account in the setting `accounts`, if there are several. */
  account?: string | undefined;
  /** Opens the URL in the user's browser. */
  open: (url: string) => Promise<void>;
  /** Stores the JSON text of the client and the tokens. @returns where it is stored, for the message to the user */
  keep: (secret: string) => Promise<string>;
}

/**
 * Guides the user through Pinterest's sign-in, tests the access token with a request, and stores the client and the
 * tokens.
 * @throws OperationError
 */
export async function signIn(how: SignIn, output: Pick<Output, 'say'>): Promise<ExitCode> {
  const app = { ...(await appOf(how)), apiUrl: how.apiUrl };
  const receiver = await receiveRedirect(how.redirectPort, TEN_MINUTES_MS);
  try {
    const { redirectUri } = receiver;
    const state = randomBytes(24).toString('base64url');
    const url = authorizationUrl(app, redirectUri, state, how);
    output.say(`The redirect URIs of your app at developers.pinterest.com must contain ${redirectUri}`);
    const account =
      how.account === undefined ? 'the account that the videos are uploaded to' : `the account ${how.account}`;
    output.say(`Sign in with ${account}:`);
    output.say(`  ${url}`);
    await how.open(url);
    const tokens = await exchangeCode(app, await receiver.redirect(), { redirectUri, state });
    await new PinterestClient({ apiUrl: how.apiUrl, accessToken: async () => tokens.accessToken }).mediaList({
      pageSize: 1,
    });
    const { clientId, clientSecret } = app;
    const where = await how.keep(JSON.stringify({ clientId, clientSecret, ...tokens }));
    const days = tokens.refreshToken
      ? 'it is renewed every week'
      : 'it cannot be renewed, because Pinterest sent no refresh token';
    output.say(`Signed in: Pinterest accepts the token, and ${days}. The token is stored in ${where}.`);
    return 0;
  } catch (error) {
    if (error instanceof TokenRequestError) throw new OperationError(error.message, { cause: error });
    throw error;
  } finally {
    receiver.close();
  }
}

/** Stores the secret in the file that `npm start` reads. */
export const keepInFile = (path: string) => async (secret: string) => {
  writeTokenFile(path, secret);
  return `${path}; npm start uploads with it (delete it to use the simulator again)`;
};

/**
 * Stores the secret in Secrets Manager for the deployed stack.
 * @param account name of one of several accounts; undefined for the only account
 */
export const keepInStack =
  ({ secrets, ...stack }: Pick<StackPorts, 'secrets' | 'outputs' | 'stackName'>, account?: string) =>
  async (SecretString: string) => {
    const SecretId = tokenSecretArn(stack, account);
    // Move AWSPENDING too. This ends a rotation that failed halfway. Otherwise a retry of the rotation would restore
    // the tokens of the previous account, and Secrets Manager would not begin another rotation before that.
    const VersionStages = ['AWSCURRENT', 'AWSPENDING'];
    await secrets.send(new PutSecretValueCommand({ SecretId, SecretString, VersionStages }));
    return `the secret ${SecretId}`;
  };

async function appOf({ clientId, clientSecret }: SignIn): Promise<{ clientId: string; clientSecret: string }> {
  if (clientId && clientSecret) return { clientId, clientSecret };
  if (!process.stdin.isTTY) {
    throw new OperationError(
      'Set PINTEREST_CLIENT_ID and PINTEREST_CLIENT_SECRET to the app id and the secret key of your app at developers.pinterest.com.',
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return {
      clientId: clientId || (await terminal.question('App id (of your app at developers.pinterest.com): ')).trim(),
      clientSecret: clientSecret || (await terminal.question('App secret key: ')).trim(),
    };
  } finally {
    terminal.close();
  }
}
