import { type OAuthApp, TokenRequestError, type Tokens } from '../../shared/pinterest/oauth.ts';
import { readTokenSecret, type TokenSecretValue } from '../../shared/pinterest/token-secret.ts';
import { signInCommand } from '../../shared/upload/sign-in.ts';
import { CURRENT, type Labels, PENDING, type SecretVersions, SOURCE } from './secret-versions.ts';

/** The four steps of a rotation. Secrets Manager invokes the function once for each. */
export const ROTATION_STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

export interface Rotation {
  step: (typeof ROTATION_STEPS)[number];
  /** The version that will become the current one. A failed rotation is retried with the same version. */
  versionId: string;
}

export interface RotationPorts {
  versions: SecretVersions;
  apiUrl: string;
  /** The name of the Pinterest account; undefined without the setting `accounts`. */
  account?: string;
  renew: (app: OAuthApp, refreshToken: string) => Promise<Tokens>;
  /**
   * Makes a harmless request with a token.
   * @throws when Pinterest does not accept the token
   */
  test: (accessToken: string) => Promise<void>;
}

/** Thrown when a person must sign in before the tokens can be renewed. The message says so. */
export class SignInNeededError extends Error {
  override readonly name = 'SignInNeededError';
}

/**
 * Thrown when the secret got a new value, for example from a sign-in, after this rotation began. That value stays
 * current.
 */
export class RotationSupersededError extends Error {
  override readonly name = 'RotationSupersededError';
}

/**
 * Renews Pinterest's tokens: makes a new version of the secret, tests it, and only then makes it the current one. A failure
 * leaves the current version in place. Each step may be repeated.
 * @throws SignInNeededError, RotationSupersededError, TokenRequestError, PinterestError
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
 */
export async function rotateToken({ step, versionId }: Rotation, ports: RotationPorts): Promise<void> {
  const { versions } = ports;
  // Nothing to set: Pinterest issued the tokens itself.
  if (step === 'setSecret') return;
  const labels = await versions.labels();
  if (labels[CURRENT] === versionId) return;
  if (step === 'testSecret') return testPending(versionId, labels, ports);
  const value = await versions.read(versionId);
  await requireUnderWay(versionId, value, labels, versions);
  if (step === 'createSecret') return value === undefined ? create(versionId, labels, ports) : undefined;
  if (value === undefined) throw new Error('The pending version has no value, so it cannot become the current one.');
  // Secrets Manager refuses this request if a sign-in has just moved AWSCURRENT.
  return versions.moveLabel(CURRENT, labels[SOURCE], versionId);
}

/**
 * Tests the pending version, if there is one. When the rotation schedule is set up, Secrets Manager runs only this
 * step, with a version that has no value: a person may not have signed in yet.
 */
async function testPending(versionId: string, labels: Labels, { versions, test }: RotationPorts): Promise<void> {
  const value = await versions.read(versionId);
  if (value === undefined || value === (await versions.read(labels[CURRENT] ?? ''))) return;
  await test(readTokenSecret(value).accessToken);
}

/**
 * Checks that no sign-in has made this rotation obsolete: the new tokens may belong to another account. If one has,
 * AWSPENDING moves to the current version. This ends the rotation for Secrets Manager, and the next rotation begins
 * with the new sign-in.
 */
async function requireUnderWay(
  versionId: string,
  value: string | undefined,
  labels: Labels,
  versions: SecretVersions,
): Promise<void> {
  const pending = labels[PENDING] === versionId;
  const { [SOURCE]: source, [CURRENT]: current = '' } = labels;
  if (pending && (value === undefined || source === current)) return;
  if (pending) await versions.moveLabel(PENDING, versionId, current);
  throw new RotationSupersededError(
    'The token secret got a new value after this rotation began, so the rotation ends here. The new value stays; the next rotation renews it.',
  );
}

async function create(
  versionId: string,
  labels: Labels,
  { versions, renew, apiUrl, account }: RotationPorts,
): Promise<void> {
  const { [SOURCE]: source, [CURRENT]: currentId = '' } = labels;
  const current = readTokenSecret(await versions.read(currentId));
  const signIn = `Sign in again: ${signInCommand(account)}.`;
  const app = appOf(current, apiUrl, signIn);
  const refreshToken = refreshTokenOf(current, signIn);
  // Do this before the renewal. Pinterest may accept a refresh token only once, so nothing that can fail may come
  // between the renewal and storing the new tokens.
  if (source !== currentId) await versions.moveLabel(SOURCE, source, currentId);
  const tokens = await renew(app, refreshToken).catch((error: unknown) => {
    throw error instanceof TokenRequestError && error.refused ? signInNeeded(error, signIn) : error;
  });
  await versions.putPending(versionId, JSON.stringify({ ...current, ...tokens }));
}

const signInNeeded = (cause: TokenRequestError, signIn: string) =>
  new SignInNeededError(`${cause.message} ${signIn}`, { cause });

function appOf({ clientId, clientSecret }: TokenSecretValue, apiUrl: string, signIn: string): OAuthApp {
  if (clientId === undefined || clientSecret === undefined) {
    throw new SignInNeededError(`The secret lacks clientId or clientSecret, so nothing can be renewed. ${signIn}`);
  }
  return { clientId, clientSecret, apiUrl };
}

function refreshTokenOf({ refreshToken }: TokenSecretValue, signIn: string): string {
  if (refreshToken === undefined) {
    throw new SignInNeededError(`The secret has no refreshToken, so nothing can be renewed. ${signIn}`);
  }
  return refreshToken;
}
