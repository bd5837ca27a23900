import { type OAuthApp, TokenRequestError, type Tokens } from '../../shared/pinterest/oauth.ts';
import { readTokenSecret, type TokenSecretValue } from '../../shared/pinterest/token-secret.ts';
import { CURRENT, type Labels, PENDING, type SecretVersions, SOURCE } from './secret-versions.ts';

/** The four steps that Secrets Manager takes, one invocation each. */
export const ROTATION_STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

export interface Rotation {
  step: (typeof ROTATION_STEPS)[number];
  /** The version that is to become the current one. A rotation that failed is tried again with the same version. */
  versionId: string;
}

export interface RotationPorts {
  versions: SecretVersions;
  apiUrl: string;
  renew: (app: OAuthApp, refreshToken: string) => Promise<Tokens>;
  /** Makes a harmless request with a token. @throws when Pinterest does not take it */
  test: (accessToken: string) => Promise<void>;
}

/** A person must sign in before the tokens can be renewed. The message says so. */
export class SignInNeededError extends Error {
  override readonly name = 'SignInNeededError';
}

/** The secret got another value, such as a new sign-in, after this rotation began. That value stays current. */
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
  // Pinterest made the tokens, so it knows them.
  if (step === 'setSecret') return;
  const labels = await versions.labels();
  if (labels[CURRENT] === versionId) return;
  if (step === 'testSecret') return testPending(versionId, labels, ports);
  const value = await versions.read(versionId);
  await requireUnderWay(versionId, value, labels, versions);
  if (step === 'createSecret') return value === undefined ? create(versionId, labels, ports) : undefined;
  if (value === undefined) throw new Error('The pending version has no value, so it cannot become the current one.');
  // Secrets Manager refuses this when a sign-in took AWSCURRENT a moment ago.
  return versions.moveLabel(CURRENT, labels[SOURCE], versionId);
}

/**
 * Setting up the schedule takes this step alone, with a version that has no value: a person may not have signed in yet.
 */
async function testPending(versionId: string, labels: Labels, { versions, test }: RotationPorts): Promise<void> {
  const value = await versions.read(versionId);
  if (value === undefined || value === (await versions.read(labels[CURRENT] ?? ''))) return;
  await test(readTokenSecret(value).accessToken);
}

/**
 * A sign-in makes the rotation that is under way obsolete: its tokens may be another account's. Moving AWSPENDING to the
 * current version ends the rotation for Secrets Manager, so that the next one begins with the new sign-in.
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

async function create(versionId: string, labels: Labels, { versions, renew, apiUrl }: RotationPorts): Promise<void> {
  const { [SOURCE]: source, [CURRENT]: currentId = '' } = labels;
  const current = readTokenSecret(await versions.read(currentId));
  const app = appOf(current, apiUrl);
  const refreshToken = refreshTokenOf(current);
  // First, because Pinterest may take a refresh token only once: no failure may come between new tokens and keeping them.
  if (source !== currentId) await versions.moveLabel(SOURCE, source, currentId);
  const tokens = await renew(app, refreshToken).catch((error: unknown) => {
    throw error instanceof TokenRequestError && error.refused ? signInNeeded(error) : error;
  });
  await versions.putPending(versionId, JSON.stringify({ ...current, ...tokens }));
}

const SIGN_IN = 'Sign in again: npm run pindrop -- auth.';

const signInNeeded = (cause: TokenRequestError) => new SignInNeededError(`${cause.message} ${SIGN_IN}`, { cause });

function appOf({ clientId, clientSecret }: TokenSecretValue, apiUrl: string): OAuthApp {
  if (clientId === undefined || clientSecret === undefined) {
    throw new SignInNeededError(`The secret lacks clientId or clientSecret, so nothing can be renewed. ${SIGN_IN}`);
  }
  return { clientId, clientSecret, apiUrl };
}

function refreshTokenOf({ refreshToken }: TokenSecretValue): string {
  if (refreshToken === undefined) {
    throw new SignInNeededError(`The secret has no refreshToken, so nothing can be renewed. ${SIGN_IN}`);
  }
  return refreshToken;
}
