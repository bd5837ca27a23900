import { type OAuthApp, TokenRequestError, type Tokens } from '../../shared/pinterest/oauth.ts';
import { readTokenSecret, type TokenSecret } from '../../shared/pinterest/token-secret.ts';
import type { SecretVersions } from './secret-versions.ts';

/** The four steps that Secrets Manager takes, one invocation each. */
export const ROTATION_STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

export interface Rotation {
  step: (typeof ROTATION_STEPS)[number];
  /** The version that is to become the current one. */
  versionId: string;
}

export interface RotationPorts {
  versions: SecretVersions;
  apiUrl: string;
  renew: (app: OAuthApp, refreshToken: string) => Promise<Tokens>;
  /** Makes a harmless request with a token. @throws when Pinterest does not take it */
  test: (accessToken: string) => Promise<void>;
}

/** What keeps the tokens from being renewed until a person signs in. Its message says so. */
export class SignInNeededError extends Error {
  override readonly name = 'SignInNeededError';
}

/**
 * Renews Pinterest's tokens: makes a new version of the secret, tries it, and only then makes it the current one. Whatever
 * fails leaves the current version in place. Each step may be repeated.
 * @throws SignInNeededError, TokenRequestError, PinterestError
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
 */
export async function rotateToken({ step, versionId }: Rotation, ports: RotationPorts): Promise<void> {
  const { versions } = ports;
  if (step === 'createSecret') return create(versionId, ports);
  // Pinterest knows the tokens already: it made them.
  if (step === 'setSecret') return;
  if (step === 'testSecret') return tryOut(versionId, ports);
  return versions.makeCurrent(versionId);
}

/**
 * Secrets Manager takes this step by itself when the schedule is set up, with a version that has no value of its own:
 * nobody need have signed in by then.
 */
async function tryOut(versionId: string, { versions, test }: RotationPorts): Promise<void> {
  const value = (await versions.exists(versionId)) ? await versions.read(versionId) : undefined;
  if (value === undefined || value === (await versions.readCurrent())) return;
  await test(readTokenSecret(value).accessToken);
}

async function create(versionId: string, ports: RotationPorts): Promise<void> {
  const { versions } = ports;
  if (await versions.exists(versionId)) return;
  const current = readTokenSecret(await versions.readCurrent());
  const renewed = { ...current, ...(await newTokens(current, ports)) };
  await versions.putPending(versionId, JSON.stringify(renewed));
}

async function newTokens(current: TokenSecret, ports: RotationPorts): Promise<Tokens> {
  const { versions, renew } = ports;
  try {
    return await renew(appOf(current, ports.apiUrl), refreshTokenOf(current));
  } catch (error) {
    if (!(error instanceof TokenRequestError && error.refused)) throw error;
    // A rotation that got as far as new tokens and then failed may have used the current refresh token up.
    const unfinished = await versions.readPending();
    if (unfinished === undefined) throw signInNeeded(error);
    const pending = readTokenSecret(unfinished);
    return renew(appOf(pending, ports.apiUrl), refreshTokenOf(pending)).catch((again) => {
      throw again instanceof TokenRequestError && again.refused ? signInNeeded(again) : again;
    });
  }
}

const MEND = 'Sign in again: npm run pindrop -- auth.';

const signInNeeded = (cause: TokenRequestError) => new SignInNeededError(`${cause.message} ${MEND}`, { cause });

function appOf({ clientId, clientSecret }: TokenSecret, apiUrl: string): OAuthApp {
  if (clientId === undefined || clientSecret === undefined) {
    throw new SignInNeededError(`The secret lacks clientId or clientSecret, so nothing can be renewed. ${MEND}`);
  }
  return { clientId, clientSecret, apiUrl };
}

function refreshTokenOf({ refreshToken }: TokenSecret): string {
  if (refreshToken === undefined) {
    throw new SignInNeededError(`The secret has no refreshToken, so nothing can be renewed. ${MEND}`);
  }
  return refreshToken;
}
