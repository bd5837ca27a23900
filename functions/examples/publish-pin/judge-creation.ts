import type { KnownPinFailure } from '../../../shared/events/pin/pin-events.ts';
import { PinterestError } from '../../../shared/pinterest/pinterest-error.ts';
import { TokenMissingError } from '../../../shared/pinterest/token-secret.ts';

/** Whether a Pin exists after a creation request that did not return it. */
export type CreationJudgement =
  /** There is no Pin; another attempt may make it. */
  | { made: 'no'; afterSeconds?: number; because: string }
  /** There is no Pin, and no attempt will make it. */
  | { made: 'never'; failure: KnownPinFailure }
  /** A Pin may exist: only the board shows whether it does. */
  | { made: 'perhaps'; because: string };

/**
 * Judges whether a failed creation made a Pin. Only a deliberate response from Pinterest proves that it did not. After
 * a missing or garbled response, a gateway's error page or a crash of the function, a Pin may exist.
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
