import { readTokenSecret, tokenDaysLeft } from '../../../../shared/pinterest/token-secret.ts';
import type { Overview } from '../shared/wire.ts';

/** @returns the token with the fewest days left, or one that is unknown if all are */
export function fewestDays(tokens: Overview['token'][]): Overview['token'] {
  const days = (token: Overview['token']) => (token.known ? token.daysLeft : Number.POSITIVE_INFINITY);
  const [fewest] = tokens.toSorted((one, other) => days(one) - days(other));
  return fewest ?? tokenDays('', false);
}

/**
 * Days until the access token expires, and whether it is renewed. The function returns nothing else from the secret.
 * @param secretValue the token secret, as JSON
 */
export function tokenDays(secretValue: string, simulated: boolean, now: Date = new Date()): Overview['token'] {
  try {
    const secret = readTokenSecret(secretValue);
    const daysLeft = tokenDaysLeft(secret, now);
    if (daysLeft !== undefined) return { known: true, daysLeft, renewed: secret.refreshToken !== undefined };
    return {
      known: false,
      why: simulated ? 'The simulator’s token does not expire.' : 'The secret does not say when the token expires.',
    };
  } catch {
    return { known: false, why: 'There is no token yet: sign in with npm run pindrop -- auth --local.' };
  }
}
