import type { KnownPinFailure } from '../../../shared/events/pin/pin-events.ts';
import { describedPin } from '../../../shared/pin/described-pin.ts';
import type { Pin, PinRequest } from '../../../shared/pinterest/pin.ts';
import { PinterestError } from '../../../shared/pinterest/pinterest-error.ts';
import { backoffSeconds, leastWaitSeconds, type RetryPolicy } from '../../outcome/decide.ts';
import { type BoardTurn, type BoardTurns, boardKey } from './board-turns.ts';
import { judgeCreation } from './judge-creation.ts';
import { laneWaitSeconds } from './lane-wait.ts';
import type { PinLane } from './pin-lane.ts';
import { failed, type PinProgress, published } from './pin-progress.ts';
import type { PinSchedules } from './pin-schedule.ts';
import { type Plan, type PlannedPin, type PlanPorts, planPin, requestOf } from './plan-pin.ts';
import { likeness, mayBe } from './same-pin.ts';

export interface PinPorts extends PlanPorts {
  createPin: (pin: PinRequest) => Promise<Pin>;
  boardPins: (boardId: string) => AsyncIterable<Pin>;
  lane: PinLane;
  schedules: PinSchedules;
  turns: BoardTurns;
  now: () => Date;
  random?: () => number;
  /** Called with the reason of each fault, for the log. */
  onFault?: (because: string) => void;
}

export interface PinPolicy {
  retryPolicy: RetryPolicy;
  /** How long to search the board for a Pin, in seconds, before the creation is repeated. */
  patienceSeconds: number;
  /** Least time between two Pins of one board, in seconds; 0 for none. */
  spacingSeconds: number;
}

/** A sleep is bounded, so that an execution whose wake-up got lost is late by a week at most. */
const LONGEST_SLEEP_SECONDS = 7 * 24 * 60 * 60;
/** Backoff of a Pin that is not due yet: less than 100 attempts in 30 days. */
const UNHURRIED: RetryPolicy = { giveUpAfterSeconds: Number.POSITIVE_INFINITY, maxBackoffSeconds: 24 * 60 * 60 };

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

/** Plans the Pin, and prepares the creation. A Pin that fails here was not requested. */
async function prepare(progress: PinProgress, policy: PinPolicy, ports: PinPorts): Promise<PinProgress> {
  const faults = progress.step === 'sleep' && !progress.sleepless ? 0 : progress.faults;
  const started: PinProgress = { ...progress, step: 'prepare', faults };
  const next = await plan(started, policy, ports).catch((error: unknown) =>
    afterReadFault(started, error, policy, ports),
  );
  return next.finalEvent ? closed(next, ports) : next;
}

/** Plans the Pin once: its board is then known by its id, and may be renamed before the Pin is made. */
async function plan(progress: PinProgress, policy: PinPolicy, ports: PinPorts): Promise<PinProgress> {
  const { upload, pin, dueAt } = progress;
  if (pin) return whenDue(progress, pin, policy, ports);
  let made: Plan;
  try {
    made = await planPin(upload, ports);
  } catch (error) {
    return unplanned(progress, afterReadFault(progress, error, policy, ports), ports);
  }
  if ('problems' in made) {
    const { problems, boardId, mayFit } = made;
    return failed(progress, rejected(problems, mayFit), ports.now(), boardId);
  }
  const planned = { ...progress, dueAt, ...made };
  return whenDue(planned, made.pin, policy, ports).catch((error: unknown) =>
    afterReadFault(planned, error, policy, ports),
  );
}

/**
 * A Pin that is due later does not fail because Pinterest is down today: it is planned again, after growing waits, until
 * it is due. Its give-up time starts then.
 * @param next the progress without this rule
 */
async function unplanned(progress: PinProgress, next: PinProgress, ports: PinPorts): Promise<PinProgress> {
  if (next.finalEvent?.detail.status === 'failed' && next.finalEvent.detail.failure.reason !== 'gave_up') return next;
  const schedule = await ports.schedules.read(progress.upload.uploadId).catch(() => undefined);
  if (schedule?.value?.state === 'cancelled') return failed(progress, CANCELLED, ports.now());
  const described = describedPin(progress.upload, ports.defaults, ports.now()).pin;
  const { dueAt = described.dueAt ?? '' } = schedule?.value ?? {};
  const left = -secondsSince(dueAt, ports);
  if (!(left > 0)) return next;
  const { faults = 0 } = progress;
  const waitSeconds = Math.ceil(Math.min(left, backoffSeconds(faults, UNHURRIED, ports.random?.())));
  const startedAt = new Date(ports.now().getTime() + waitSeconds * 1000).toISOString();
  return { ...progress, faults: faults + 1, waitSeconds, startedAt };
}

/** @param retryable true when the same drop may succeed in a new attempt */
function rejected(problems: string[], retryable: boolean): KnownPinFailure {
  const then = retryable
    ? 'Correct that, then retry the drop.'
    : 'Correct the sidecar or the metadata, then drop the file again.';
  return { reason: 'rejected_metadata', message: `${problems.join(' ')} ${then}`, retryable };
}

/** Sleeps until the Pin is due. */
async function whenDue(
  progress: PinProgress,
  pin: PlannedPin,
  policy: PinPolicy,
  ports: PinPorts,
): Promise<PinProgress> {
  const { uploadId } = progress.upload;
  const schedule = await ports.schedules.read(uploadId);
  const { state = 'open', dueAt = progress.dueAt } = schedule.value ?? {};
  const planned = { ...progress, dueAt };
  if (state === 'cancelled') return failed(planned, CANCELLED, ports.now());
  if (state === 'closed') return whenFree(planned, pin, policy, ports, async () => true);
  if (dueAt !== undefined && secondsSince(dueAt, ports) < 0) {
    // An operator can postpone a Pin that already waits for its turn.
    await ports.lane.leave(likeness(pin), uploadId);
    if (policy.spacingSeconds > 0) await ports.turns.leave(boardOf(planned, pin), uploadId);
    return sleepUntil(Date.parse(dueAt), planned, ports);
  }
  return whenFree(planned, pin, policy, ports, () => schedule.replace({ state: 'closed', dueAt }));
}

/**
 * Waits for the board's turn and for the lane, and records the existing Pins on the board that look like the requested
 * Pin.
 * @param close closes the schedule: from then on nobody can cancel the Pin. Returns false if somebody just has.
 */
async function whenFree(
  progress: PinProgress,
  pin: PlannedPin,
  policy: PinPolicy,
  ports: PinPorts,
  close: () => Promise<boolean>,
): Promise<PinProgress> {
  const turn = await turnOf(progress, pin, policy, ports);
  if ('askAt' in turn) {
    return turn.held
      ? inTheWay(progress, 'Another Pin was being made on the board.', policy, ports)
      : sleepUntil(turn.askAt, progress, ports);
  }
  const entered = await ports.lane.enter(likeness(pin), progress.upload.uploadId);
  if (entered === undefined)
    return inTheWay(progress, 'Other Pins with the same words were being made.', policy, ports);
  if (entered.before === undefined) {
    const listed = (await lookAlikes(pin, ports)).map(({ pinId }) => pinId);
    await entered.note([...new Set([...entered.made, ...listed])]);
  }
  const { sleepless, ...rested } = progress;
  // The turn comes before the close: a Pin that waits can still be cancelled.
  const ours = (await turn.take()) && (await close());
  return ours ? { ...rested, step: 'create', waitSeconds: 0, faults: 0 } : { ...rested, waitSeconds: 1 };
}

const boardOf = ({ upload }: PinProgress, { boardId }: PlannedPin) => boardKey(upload.account, boardId);

function turnOf(
  progress: PinProgress,
  pin: PlannedPin,
  { spacingSeconds }: PinPolicy,
  { turns }: PinPorts,
): Promise<BoardTurn> {
  if (spacingSeconds === 0) return Promise.resolve({ take: async () => true });
  const { uploadId, timeline } = progress.upload;
  // A due time before the drop must not overtake all other Pins.
  const dueAt = [progress.dueAt ?? '', timeline.droppedAt].sort().at(-1) ?? '';
  return turns.ask(boardOf(progress, pin), { uploadId, dueAt }, spacingSeconds * 1000);
}

const CANCELLED: KnownPinFailure = {
  reason: 'cancelled',
  message:
    'An operator cancelled the Pin before it was published. To publish it after all, retry the drop with npm run pindrop -- retry --again.',
  retryable: true,
};

/** Sleeps until a time, in a state that an operator can end. */
function sleepUntil(wakeAt: number, { sleepless, ...progress }: PinProgress, ports: PinPorts): PinProgress {
  const { faults = 0 } = progress;
  const left = Math.ceil((wakeAt - ports.now().getTime()) / 1000);
  const sleep = (waitSeconds: number) => ({
    ...progress,
    waitSeconds,
    startedAt: new Date(ports.now().getTime() + waitSeconds * 1000).toISOString(),
  });
  if (!sleepless) return { ...sleep(Math.max(1, Math.min(LONGEST_SLEEP_SECONDS, left))), step: 'sleep' };
  ports.onFault?.('The sleep could not begin.');
  const waitSeconds = Math.max(1, Math.min(left, backoffSeconds(faults, UNHURRIED, ports.random?.())));
  return { ...sleep(waitSeconds), faults: faults + 1 };
}

function inTheWay(progress: PinProgress, because: string, policy: PinPolicy, ports: PinPorts): PinProgress {
  const seconds = laneWaitSeconds(secondsSince(progress.startedAt ?? '', ports), ports.random?.());
  return unlessGivenUp(progress, because, seconds, policy, ports);
}

/**
 * Closes the schedule of a Pin that fails before it was requested, so that nobody can cancel it any more.
 * @returns the failure, or `cancelled` when an operator was faster
 */
async function closed(ended: PinProgress, ports: PinPorts): Promise<PinProgress> {
  try {
    const schedule = await ports.schedules.read(ended.upload.uploadId);
    const { state } = schedule.value ?? {};
    if (state === 'cancelled') return failed(ended, CANCELLED, ports.now());
    if (state !== 'closed' && !(await schedule.replace({ ...schedule.value, state: 'closed' })))
      return closed(ended, ports);
  } catch (error) {
    // The Pin fails all the same. Without the lanes it may fail because of them.
    ports.onFault?.(error instanceof Error ? error.message : String(error));
  }
  return ended;
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

async function lookAlikes(pin: PlannedPin, ports: PinPorts): Promise<Pin[]> {
  const alike: Pin[] = [];
  for await (const each of ports.boardPins(pin.boardId)) if (mayBe(each, pin)) alike.push(each);
  return alike;
}

/** Handles a failure to read boards, the lane or the cover. Nothing changed, so the same step is repeated. */
function afterReadFault(progress: PinProgress, error: unknown, policy: PinPolicy, ports: PinPorts): PinProgress {
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
