import * as z from 'zod/mini';

/** Thrown when there is no access token. */
export class TokenMissingError extends Error {
  override readonly name = 'TokenMissingError';
}

const text = z.string().check(z.minLength(1));

/** The token secret, as JSON. A person may enter only the access token; `pindrop auth` writes all fields. */
const tokenSecretSchema = z.looseObject({
  accessToken: text,
  refreshToken: z.optional(text),
  clientId: z.optional(text),
  clientSecret: z.optional(text),
  /** ISO 8601 UTC */
  accessTokenExpiresAt: z.optional(z.iso.datetime()),
});

export type TokenSecretValue = z.infer<typeof tokenSecretSchema>;

/**
 * Parses a value of the token secret.
 * @throws TokenMissingError when the value contains no access token; the message does not quote the value
 */
export function readTokenSecret(value: unknown): TokenSecretValue {
  const secret = tokenSecretSchema.safeParse(parsed(value));
  if (!secret.success) throw new TokenMissingError('The token secret is not JSON with an accessToken in it.');
  return secret.data;
}

/** @returns days until the access token expires, negative after that; undefined when the secret has no expiry time */
export function tokenDaysLeft({ accessTokenExpiresAt }: TokenSecretValue, now: Date): number | undefined {
  if (accessTokenExpiresAt === undefined) return undefined;
  return (Date.parse(accessTokenExpiresAt) - now.getTime()) / (24 * 3600 * 1000);
}

function parsed(value: unknown): unknown {
  try {
    return JSON.parse(String(value));
  } catch {
    // Drop the JSON parser's own error: its message would quote the secret.
    return undefined;
  }
}
