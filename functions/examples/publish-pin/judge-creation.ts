import type { KnownPinFailure } from '../../../shared/events/pin/pin-events.ts';
import { PinterestError } from '../../../shared/pinterest/pinterest-error.ts';
import { TokenMissingError } from '../../../shared/pinterest/token-secret.ts';
import { refusalAdvice } from './refusal-advice.ts';

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
 * @param account the name of the Pinterest account; undefined without the setting `accounts`
 */
export function judgeCreation(error: unknown, account?: string): CreationJudgement {
  if (error instanceof TokenMissingError) return { made: 'no', because: 'The secret contains no access token.' };
  if (!(error instanceof PinterestError) || error.status === undefined || error.unexpectedAnswer) {
    return { made: 'perhaps', because: error instanceof Error ? error.message : String(error) };
  }
  const { status, retryAfterSeconds: afterSeconds, message, scopeMissing } = error;
  if (status === 429 || (status === 401 && !scopeMissing)) return { made: 'no', because: message, afterSeconds };
  if (status === 408 || status >= 500) return { made: 'perhaps', because: message };
  const { passes, advice } = refusalAdvice(error, account);
  const said = `${message.replace(/\.?$/, '.')} ${advice}`;
  if (passes) return { made: 'no', because: `${said}.`, afterSeconds };
  return {
    made: 'never',
    failure: { reason: 'pin_refused', message: `${said}, then retry the drop.`, retryable: true },
  };
}
