import { SecretsProvider } from '@aws-lambda-powertools/parameters/secrets';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import { TokenMissingError } from './fault.ts';
import type { AccessTokenProvider } from './pinterest/pinterest-client.ts';

/** The token secret. Only the access token matters to those who call the API. */
const tokenSecretSchema = z.object({ accessToken: z.string().check(z.minLength(1)) });

/** A renewed token is found at the next 401 at the latest; this only bounds how long an old one is preferred. */
const MAX_AGE_SECONDS = 5 * 60;

/**
 * Reads the access token from the secret, keeps it for some minutes, and reads it again when Pinterest refused it.
 * @param secretId ARN of a secret holding `{ "accessToken": "…" }`
 * @throws TokenMissingError when the secret holds no access token
 */
export function accessTokenFromSecret(client: SecretsManagerClient, secretId: string): AccessTokenProvider {
  const secrets = new SecretsProvider({ awsSdkV3Client: client });
  const read = async (forceFetch: boolean) => {
    const text = await secrets.get(secretId, { maxAge: MAX_AGE_SECONDS, forceFetch });
    const secret = tokenSecretSchema.safeParse(parsed(text));
    if (!secret.success) throw new TokenMissingError('The token secret is not JSON with an accessToken in it.');
    return secret.data.accessToken;
  };
  return async (refused) => {
    const token = await read(false).catch(() => read(true));
    return token === refused ? read(true) : token;
  };
}

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    // The parser's own message would quote the secret.
    return undefined;
  }
}
