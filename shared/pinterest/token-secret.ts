import * as z from 'zod/mini';

/** Thrown when there is no access token. */
export class TokenMissingError extends Error {
  override readonly name = 'TokenMissingError';
}

const text = z.string().check(z.minLength(1));

/** What the token secret holds, as JSON. A person may put the access token alone; `pindrop auth` puts all of it. */
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
 * Reads a value of the token secret.
 * @throws TokenMissingError when it holds no access token; nothing of the value is quoted
 */
export function readTokenSecret(value: unknown): TokenSecretValue {
  const secret = tokenSecretSchema.safeParse(parsed(value));
  if (!secret.success) throw new TokenMissingError('The token secret is not JSON with an accessToken in it.');
  return secret.data;
}

/** @returns days until the access token ends, below 0 when it has; undefined when the secret does not say */
export function tokenDaysLeft({ accessTokenExpiresAt }: TokenSecretValue, now: Date): number | undefined {
  if (accessTokenExpiresAt === undefined) return undefined;
  return (Date.parse(accessTokenExpiresAt) - now.getTime()) / (24 * 3600 * 1000);
}

function parsed(value: unknown): unknown {
  try {
    return JSON.parse(String(value));
  } catch {
    // The parser's own message would quote the secret.
    return undefined;
  }
}
