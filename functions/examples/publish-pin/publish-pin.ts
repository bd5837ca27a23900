import type { Pin, PinRequest } from '../../../shared/pinterest/pin.ts';
import { leastWaitSeconds } from '../../outcome/decide.ts';
import { judgeCreation } from './judge-creation.ts';
import { afterReadFault, later } from './next-attempt.ts';
import { type PinPolicy, type PinPorts, secondsSince } from './pin-ports.ts';
import { failed, type PinProgress, published, rejected } from './pin-progress.ts';
import { type PlannedPin, requestOf } from './plan-pin.ts';
import { prepare } from './prepare-pin.ts';
import { likeness, lookAlikes } from './same-pin.ts';

/**
 * Takes the next step towards the one Pin of an upload.
 * @returns the progress with its final event when the Pin has ended, otherwise with the next step and the wait before
 * that step
 */
export async function publishPin(before: PinProgress, policy: PinPolicy, ports: PinPorts): Promise<PinProgress> {
  const now = ports.now().toISOString();
  // An operator can end a sleep early: the give-up time then starts now.
  const startedAt = before.startedAt === undefined || before.startedAt > now ? now : before.startedAt;
  const next = await nextStep({ ...before, startedAt }, policy, ports);
  if (next.finalEvent || next.waitSeconds === 0 || next.step === 'sleep') return next;
  // A minimum wait limits the number of waits, and with it the length of the execution's history.
  return {
    ...next,
    waitSeconds: Math.max(next.waitSeconds, leastWaitSeconds(secondsSince(startedAt, ports))),
  };
}

function nextStep(progress: PinProgress, policy: PinPolicy, ports: PinPorts): Promise<PinProgress> {
  const { pin, step } = progress;
  if (pin && step === 'create') return create(progress, pin, policy, ports);
  if (pin && step === 'look') return look(progress, pin, policy, ports);
  return prepare(progress, policy, ports);
}

async function create(
  progress: PinProgress,
  pin: PlannedPin,
  policy: PinPolicy,
  ports: PinPorts,
): Promise<PinProgress> {
  let request: PinRequest;
  try {
    const read = await requestOf(pin, progress.upload, ports.covers);
    if ('problem' in read) return failed(progress, rejected([read.problem], true), ports.now());
    request = read;
  } catch (error) {
    // The cover image could not be read. No Pin was requested.
    return afterReadFault(progress, error, policy, ports);
  }
  try {
    return published(progress, (await ports.createPin(request)).pinId, ports.now());
  } catch (error) {
    const judgement = judgeCreation(error, progress.upload.account);
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
async function look(progress: PinProgress, pin: PlannedPin, policy: PinPolicy, ports: PinPorts): Promise<PinProgress> {
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
