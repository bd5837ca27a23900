import type { KnownPinFailure } from '../../../shared/events/pin/pin-events.ts';
import type { Pin, PinRequest } from '../../../shared/pinterest/pin.ts';
import { PinterestError } from '../../../shared/pinterest/pinterest-error.ts';
import { backoffSeconds, leastWaitSeconds, type RetryPolicy } from '../../outcome/decide.ts';
import { judgeCreation } from './judge-creation.ts';
import { laneWaitSeconds } from './lane-wait.ts';
import type { PinLane } from './pin-lane.ts';
import { failed, type PinProgress, published } from './pin-progress.ts';
import { pinRequestOf } from './pin-request.ts';
import { likeness, mayBe } from './same-pin.ts';

export interface PinPorts {
  createPin: (pin: PinRequest) => Promise<Pin>;
  boardPins: (boardId: string) => AsyncIterable<Pin>;
  lane: PinLane;
  now: () => Date;
  random?: () => number;
  /** Called with the reason of each fault, for the log. */
  onFault?: (because: string) => void;
}

export interface PinPolicy {
  retryPolicy: RetryPolicy;
  /** How long to search the board for a Pin, in seconds, before the creation is repeated. */
  patienceSeconds: number;
}

/**
 * Takes the next step towards the one Pin of an upload.
 * @returns the progress with its final event when the Pin has ended, otherwise with the next step and the wait before
 * that step
 */
export async function publishPin(before: PinProgress, policy: PinPolicy, ports: PinPorts): Promise<PinProgress> {
  const progress = { ...before, startedAt: before.startedAt ?? ports.now().toISOString() };
  const next = await nextStep(progress, policy, ports);
  if (next.finalEvent || next.waitSeconds === 0) return next;
  // A minimum wait limits the number of waits, and with it the length of the execution's history.
  return {
    ...next,
    waitSeconds: Math.max(next.waitSeconds, leastWaitSeconds(secondsSince(progress.startedAt, ports))),
  };
}

function nextStep(progress: PinProgress, policy: PinPolicy, ports: PinPorts): Promise<PinProgress> {
  const { pin, step } = progress;
  if (pin === undefined || step === 'prepare') return prepare(progress, policy, ports);
  return step === 'create' ? create(progress, pin, policy, ports) : look(progress, pin, policy, ports);
}

/**
 * Reads the metadata, waits for the lane, and records the existing Pins on the board that look like the requested Pin.
 */
async function prepare(progress: PinProgress, policy: PinPolicy, ports: PinPorts): Promise<PinProgress> {
  const pin = pinRequestOf(progress.upload);
  if ('problems' in pin) {
    const message = `${pin.problems.join(' ')} Drop the file again with metadata that fits.`;
    return failed(progress, { reason: 'rejected_metadata', message, retryable: false }, ports.now());
  }
  const prepared = { ...progress, pin };
  try {
    const turn = await ports.lane.enter(likeness(pin), progress.upload.uploadId);
    if (turn === undefined) {
      const seconds = laneWaitSeconds(secondsSince(progress.startedAt ?? '', ports), ports.random?.());
      return unlessGivenUp(prepared, 'Other Pins with the same words were being made.', seconds, policy, ports);
    }
    if (turn.before === undefined) {
      const listed = (await lookAlikes(pin, ports)).map(({ pinId }) => pinId);
      await turn.note([...new Set([...turn.made, ...listed])]);
    }
    return { ...prepared, step: 'create', waitSeconds: 0, faults: 0 };
  } catch (error) {
    return afterReadFault(prepared, error, policy, ports);
  }
}

async function create(
  progress: PinProgress,
  pin: PinRequest,
  policy: PinPolicy,
  ports: PinPorts,
): Promise<PinProgress> {
  try {
    return published(progress, (await ports.createPin(pin)).pinId, ports.now());
  } catch (error) {
    const judgement = judgeCreation(error);
    if (judgement.made === 'never') return failed(progress, judgement.failure, ports.now());
    ports.onFault?.(judgement.because);
    if (judgement.made === 'perhaps') {
      return { ...progress, step: 'look', unansweredSince: ports.now().toISOString(), waitSeconds: 1 };
    }
    return later(progress, judgement.because, policy, ports, judgement.afterSeconds);
  }
}

/**
 * Searches the board for a Pin whose creation got no clear response. Requests the Pin again when it does not appear in
 * time.
 */
async function look(progress: PinProgress, pin: PinRequest, policy: PinPolicy, ports: PinPorts): Promise<PinProgress> {
  const since = progress.unansweredSince ?? ports.now().toISOString();
  const looking = { ...progress, unansweredSince: since };
  let found: Pin | undefined;
  try {
    const before = (await ports.lane.enter(likeness(pin), progress.upload.uploadId))?.before;
    if (before === undefined) throw new Error('The record of the Pins that existed before is gone.');
    const known = new Set(before);
    found = (await lookAlikes(pin, ports)).find(({ pinId }) => !known.has(pinId));
  } catch (error) {
    return afterReadFault(looking, error, policy, ports);
  }
  if (found) return published(looking, found.pinId, ports.now());
  const left = policy.patienceSeconds - secondsSince(since, ports);
  if (left > 0) {
    // Search often at first, when the Pin is most likely to appear.
    const wait = Math.min(left, Math.max(1, secondsSince(since, ports)));
    return { ...looking, waitSeconds: Math.ceil(wait) };
  }
  const { unansweredSince: _since, ...again } = looking;
  return later({ ...again, step: 'create' }, 'Pinterest did not answer and made no Pin.', policy, ports);
}

async function lookAlikes(pin: PinRequest, ports: PinPorts): Promise<Pin[]> {
  const alike: Pin[] = [];
  for await (const each of ports.boardPins(pin.boardId)) if (mayBe(each, pin)) alike.push(each);
  return alike;
}

/** Handles a failure to read the board or the lane. Nothing changed, so the same step is repeated. */
function afterReadFault(progress: PinProgress, error: unknown, policy: PinPolicy, ports: PinPorts): PinProgress {
  const because = error instanceof Error ? error.message : String(error);
  ports.onFault?.(because);
  // A board that does not exist or is not ours accepts no Pin, so fail now. Do not fail while a creation has no
  // response.
  const { status = 0, retryAfterSeconds } = error instanceof PinterestError ? error : {};
  if (progress.step === 'prepare' && [400, 403, 404].includes(status)) {
    const judgement = judgeCreation(error);
    if (judgement.made === 'never') return failed(progress, judgement.failure, ports.now());
  }
  return later(progress, because, policy, ports, retryAfterSeconds);
}

function later(
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

function unlessGivenUp(
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
      : 'Retry the drop once that has passed.';
  return { reason: 'gave_up', message: `Gave up after ${hours} h: ${because} ${then}`, retryable: true };
}

const secondsSince = (instant: string, { now }: PinPorts) => (now().getTime() - Date.parse(instant)) / 1000;
