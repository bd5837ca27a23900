import { SecretsProvider } from '@aws-lambda-powertools/parameters/secrets';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { AccessTokenProvider } from './pinterest/pinterest-client.ts';
import { readTokenSecret, type TokenSecret } from './token-secret.ts';

/** A renewed token is found at the next 401 at the latest; this only bounds how long an old one is preferred. */
const MAX_AGE_SECONDS = 5 * 60;

/**
 * Reads the access token from the secret, keeps it for some minutes, and reads it again when Pinterest refused it.
 * @param secretId ARN of a secret holding `{ "accessToken": "…" }`
 * @param onRead told of every secret that a token is taken from, for the days that it has left
 * @throws TokenMissingError when the secret holds no access token
 */
export function accessTokenFromSecret(
  client: SecretsManagerClient,
  secretId: string,
  onRead: (secret: TokenSecret) => void = () => {},
): AccessTokenProvider {
  const secrets = new SecretsProvider({ awsSdkV3Client: client });
  const read = async (forceFetch: boolean) => {
    const secret = readTokenSecret(await secrets.get(secretId, { maxAge: MAX_AGE_SECONDS, forceFetch }));
    onRead(secret);
    return secret.accessToken;
  };
  return async (refused) => {
    const token = await read(false).catch(() => read(true));
    return token === refused ? read(true) : token;
  };
}
