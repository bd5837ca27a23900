import type { KnownPinFailure } from '../../../shared/events/pin/pin-events.ts';
import { describedPin } from '../../../shared/pin/described-pin.ts';
import { backoffSeconds, type RetryPolicy } from '../../outcome/decide.ts';
import { type BoardTurn, boardKey } from './board-turns.ts';
import { laneWaitSeconds } from './lane-wait.ts';
import { afterReadFault, unlessGivenUp } from './next-attempt.ts';
import { type PinPolicy, type PinPorts, secondsSince } from './pin-ports.ts';
import { failed, type PinProgress, rejected } from './pin-progress.ts';
import { type Plan, type PlannedPin, planPin } from './plan-pin.ts';
import { likeness, lookAlikes } from './same-pin.ts';

/** A sleep is bounded, so that an execution whose wake-up got lost is late by a week at most. */
const LONGEST_SLEEP_SECONDS = 7 * 24 * 60 * 60;
/** Backoff of a Pin that is not due yet: less than 100 attempts in 30 days. */
const UNHURRIED: RetryPolicy = { giveUpAfterSeconds: Number.POSITIVE_INFINITY, maxBackoffSeconds: 24 * 60 * 60 };

/** Plans the Pin, and prepares the creation. A Pin that fails here was not requested. */
export async function prepare(progress: PinProgress, policy: PinPolicy, ports: PinPorts): Promise<PinProgress> {
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
  ports.onFault?.('The wait of the Pin could not begin.');
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
