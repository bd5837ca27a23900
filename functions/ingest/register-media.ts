import type { MediaUpload } from '../../shared/pinterest/media.ts';
import { PinterestError } from '../../shared/pinterest/pinterest-error.ts';
import type { Pause, PauseReason } from '../../shared/upload/gate-value.ts';
import type { GateState } from '../aws/rate-limit-gate.ts';
import { AccountPausedError, isTokenFault } from '../outcome/fault.ts';
import type { AccountPorts } from './account-ports.ts';

/**
 * Longest pause after a failed registration, in seconds. After it, one file finds out whether the account works again,
 * so an account that stays out of order costs a request a minute.
 */
const LONGEST_PAUSE_SECONDS = 60;
const FIRST_PAUSE_SECONDS = 5;
/** How long the other files wait for the one that finds out. Longer than the timeout of a request (20 s). */
const PROBE_SECONDS = 30;

/**
 * Registers a video. While the account's gate is closed, it makes no request, and throws the error that a request would
 * have caused.
 *
 * With several accounts, a failed registration closes the gate of its account for a short time. Otherwise each waiting
 * file of an account that is out of order would make a request of its own, and hold a slot of `maxConcurrency` for up to
 * 20 s. The files of the other accounts would wait for these slots.
 * @throws PinterestError, TokenMissingError, AccountPausedError
 */
export async function registerMedia({
  account,
  pinterest,
  gate,
}: Pick<AccountPorts, 'account' | 'gate'> & {
  pinterest: Pick<AccountPorts['pinterest'], 'mediaCreate'>;
}): Promise<MediaUpload> {
  const state = await gate.state();
  throwWhileClosed(state);
  const { pause } = state;
  if (pause) await gate.close(PROBE_SECONDS, pause);
  try {
    const media = await pinterest.mediaCreate();
    if (pause) await gate.open();
    return media;
  } catch (error) {
    const { status, retryAfterSeconds = 0 } = error instanceof PinterestError ? error : {};
    if (status === 429 && retryAfterSeconds > 0) {
      await gate.close(retryAfterSeconds);
      throw error;
    }
    const because = account === undefined ? undefined : pauseReason(error);
    if (because) await gate.close(Math.max(pauseSeconds(pause), retryAfterSeconds), next(because, pause));
    else if (pause) await gate.open();
    throw error;
  }
}

/**
 * @throws PinterestError when Pinterest asked to wait
 * @throws AccountPausedError after failed registrations of the account
 */
export function throwWhileClosed({ closedForSeconds, pause }: GateState): void {
  if (closedForSeconds === 0) return;
  if (pause) throw new AccountPausedError(pause.because, closedForSeconds);
  throw new PinterestError('Pinterest asked to wait before the next media_create.', {
    operation: 'media_create',
    status: 429,
    retryAfterSeconds: closedForSeconds,
  });
}

/** @returns undefined when Pinterest refused this request for good: the next file's request may succeed */
function pauseReason(error: unknown): PauseReason | undefined {
  if (isTokenFault(error)) return 'token';
  const { status = 500, unexpectedAnswer = false } = error instanceof PinterestError ? error : {};
  return unexpectedAnswer || status >= 500 || status === 408 || status === 429 ? 'outage' : undefined;
}

const pauseSeconds = (pause: Pause | undefined) =>
  Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** Math.min(pause?.faults ?? 0, 10));

const next = (because: PauseReason, pause: Pause | undefined): Pause => ({ because, faults: (pause?.faults ?? 0) + 1 });
