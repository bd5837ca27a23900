import type { KnownPinFailure } from '../../../shared/events/pin/pin-events.ts';
import { PinterestError } from '../../../shared/pinterest/pinterest-error.ts';
import { TokenMissingError } from '../../../shared/pinterest/token-secret.ts';

/** What is known about the Pin after a creation that did not return it. */
export type CreationJudgement =
  /** There is no Pin; another attempt may make it. */
  | { made: 'no'; afterSeconds?: number; because: string }
  /** There is no Pin, and no attempt will make it. */
  | { made: 'never'; failure: KnownPinFailure }
  /** There may be a Pin: only the board can tell. */
  | { made: 'perhaps'; because: string };

/**
 * Only a deliberate answer of Pinterest proves that there is no Pin. A missing answer, a garbled one, a gateway's error page or
 * the death of the function leave it open.
 */
export function judgeCreation(error: unknown): CreationJudgement {
  if (error instanceof TokenMissingError) return { made: 'no', because: 'The secret holds no access token.' };
  if (!(error instanceof PinterestError) || error.status === undefined || error.unexpectedAnswer) {
    return { made: 'perhaps', because: error instanceof Error ? error.message : String(error) };
  }
  const { status, retryAfterSeconds, message } = error;
  if (status === 401 || status === 429) {
    const wait = retryAfterSeconds === undefined ? {} : { afterSeconds: retryAfterSeconds };
    return { made: 'no', because: message, ...wait };
  }
  if (status === 408 || status >= 500) return { made: 'perhaps', because: message };
  const check =
    status === 403
      ? 'Check that the token has the scopes boards:write and pins:write, that the board is yours, and that the app has more than trial access'
      : 'Check the board and the other metadata';
  const failure: KnownPinFailure = {
    reason: 'pin_refused',
    message: `${message.replace(/\.?$/, '.')} ${check}, then retry the drop.`,
    retryable: true,
  };
  return { made: 'never', failure };
}
