import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { AccessTokenProvider } from '../../shared/pinterest/pinterest-client.ts';
import { readTokenSecret, type TokenSecretValue } from '../../shared/pinterest/token-secret.ts';

/** Bounds how long an old token is used. After a 401, the token is read again at once in any case. */
const MAX_AGE_MS = 5 * 60 * 1000;

/**
 * Reads the access token from the secret, keeps it for some minutes, and reads it again when Pinterest refused it.
 * @param secretId ARN of a secret holding `{ "accessToken": "…" }`
 * @param onRead called with each secret value that was read, to measure the days that its token has left
 * @throws TokenMissingError when the secret holds no access token
 */
export function accessTokenFromSecret(
  client: SecretsManagerClient,
  secretId: string,
  onRead: (secret: TokenSecretValue) => void = () => {},
): AccessTokenProvider {
  let kept: { token: string; readAt: number } | undefined;
  const read = async () => {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    const secret = readTokenSecret(SecretString);
    kept = { token: secret.accessToken, readAt: Date.now() };
    onRead(secret);
    return kept.token;
  };
  return async (refused) => {
    const fresh = kept !== undefined && Date.now() - kept.readAt < MAX_AGE_MS && kept.token !== refused;
    return fresh && kept ? kept.token : read();
  };
}
