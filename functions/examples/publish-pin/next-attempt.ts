import type { KnownPinFailure } from '../../../shared/events/pin/pin-events.ts';
import { PinterestError } from '../../../shared/pinterest/pinterest-error.ts';
import { backoffSeconds, type RetryPolicy } from '../../outcome/decide.ts';
import { judgeCreation } from './judge-creation.ts';
import { type PinPolicy, type PinPorts, secondsSince } from './pin-ports.ts';
import { failed, type PinProgress } from './pin-progress.ts';

/** Handles a failure to read boards, the lane or the cover. Nothing changed, so the same step is repeated. */
export function afterReadFault(progress: PinProgress, error: unknown, policy: PinPolicy, ports: PinPorts): PinProgress {
  const because = error instanceof Error ? error.message : String(error);
  ports.onFault?.(because);
  // A board that does not exist or is not ours accepts no Pin, so fail now. Do not fail while a creation has no
  // response.
  const { status = 0, retryAfterSeconds, scopeMissing } = error instanceof PinterestError ? error : {};
  if (progress.step === 'prepare' && (scopeMissing || [400, 403, 404].includes(status))) {
    const judgement = judgeCreation(error, progress.upload.account);
    if (judgement.made === 'never') return failed(progress, judgement.failure, ports.now());
  }
  return later(progress, because, policy, ports, retryAfterSeconds);
}

/**
 * Waits before the step is taken again.
 * @param askedSeconds the wait that Pinterest asked for
 */
export function later(
  progress: PinProgress,
  because: string,
  policy: PinPolicy,
  ports: PinPorts,
  askedSeconds = 0,
): PinProgress {
  const { faults = 0 } = progress;
  const seconds = Math.max(backoffSeconds(faults, policy.retryPolicy, ports.random?.()), Math.ceil(askedSeconds));
  return unlessGivenUp({ ...progress, faults: faults + 1 }, because, seconds, policy, ports);
}

/** Ends the Pin when its give-up time is over, otherwise waits. */
export function unlessGivenUp(
  progress: PinProgress,
  because: string,
  waitSeconds: number,
  { retryPolicy }: PinPolicy,
  ports: PinPorts,
): PinProgress {
  const { startedAt = ports.now().toISOString() } = progress;
  if (secondsSince(startedAt, ports) < retryPolicy.giveUpAfterSeconds) return { ...progress, waitSeconds };
  return failed(progress, gaveUp(because, progress, retryPolicy), ports.now());
}

function gaveUp(because: string, { step }: PinProgress, { giveUpAfterSeconds }: RetryPolicy): KnownPinFailure {
  const hours = Math.round(giveUpAfterSeconds / 360) / 10;
  const then =
    step === 'look'
      ? 'The Pin may be there: look at the board, then retry the drop.'
      : 'Retry the drop once the problem is over.';
  return { reason: 'gave_up', message: `Pindrop gave up after ${hours} h: ${because} ${then}`, retryable: true };
}
