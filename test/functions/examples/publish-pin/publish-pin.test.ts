import { describe, expect, it, onTestFinished } from 'vitest';
import { accountBoards } from '../../../../functions/examples/publish-pin/account-boards.ts';
import type { PinLane } from '../../../../functions/examples/publish-pin/pin-lane.ts';
import type { PinPorts } from '../../../../functions/examples/publish-pin/pin-ports.ts';
import type { PinProgress } from '../../../../functions/examples/publish-pin/pin-progress.ts';
import { keepTaskToken, type PinSchedule } from '../../../../functions/examples/publish-pin/pin-schedule.ts';
import { publishPin } from '../../../../functions/examples/publish-pin/publish-pin.ts';
import type { Fault } from '../../../../infra/local/pinterest/faults.ts';
import type { PinterestSimulatorOptions } from '../../../../infra/local/pinterest/simulation.ts';
import { startPinterestSimulator } from '../../../../infra/local/pinterest/simulator.ts';
import { mediaUploadSucceededExample } from '../../../../shared/events/examples.ts';
import { pinFailedSchema, pinPublishedSchema } from '../../../../shared/events/pin/pin-event-schema.ts';
import type { PinPublished } from '../../../../shared/events/pin/pin-events.ts';
import { PinterestClient } from '../../../../shared/pinterest/pinterest-client.ts';
import { freeLane, freeTurns, memorySchedules } from './memory-ports.ts';

const policy = {
  patienceSeconds: 60,
  spacingSeconds: 0,
  retryPolicy: { giveUpAfterSeconds: 3600, maxBackoffSeconds: 60 },
};

/** Called before each sleep. A number ends the sleep after so many seconds; the sleep cannot begin after an error. */
type WhenAsleep = (progress: PinProgress) => Promise<number | undefined>;

/** @returns the seconds that the wait before the next step lasts, and what the state machine adds to the progress */
async function asleep(progress: PinProgress, whenAsleep: WhenAsleep) {
  const { step, waitSeconds } = progress;
  if (step !== 'sleep') return { slept: waitSeconds };
  try {
    return { slept: (await whenAsleep(progress)) ?? waitSeconds };
  } catch {
    return { slept: 0, sleepless: true };
  }
}

/** Runs the steps of one Pin against the simulator on a virtual clock. */
async function publishing(options: PinterestSimulatorOptions = {}, lane: PinLane = freeLane(), timeoutMs = 20_000) {
  const simulator = await startPinterestSimulator({ processingSeconds: () => 0, ...options });
  onTestFinished(() => simulator.close());
  const accessToken = async () => simulator.accessToken;
  const pinterest = new PinterestClient({ apiUrl: simulator.url, accessToken, timeoutMs });
  const { mediaId } = await pinterest.mediaCreate();
  simulator.finish(mediaId, 'succeeded');
  const { object } = mediaUploadSucceededExample;
  const upload = { ...mediaUploadSucceededExample, mediaId, object: { ...object, metadata: { board: '42' } } };
  const schedules = memorySchedules();
  let clock = Date.parse('2026-03-01T09:00:00Z');
  const ports: PinPorts = {
    createPin: (pin) => pinterest.pinsCreate(pin),
    boardPins: (boardId) => pinterest.boardsListAllPins(boardId),
    defaults: {},
    boards: accountBoards(pinterest, undefined, () => clock),
    covers: { read: async () => undefined },
    lane,
    schedules,
    turns: freeTurns,
    now: () => new Date(clock),
    random: () => 0.5,
  };
  const step = (progress: PinProgress) => publishPin(progress, policy, ports);
  /** Runs the steps as the state machine does, including its handling of a function that crashes. */
  const run = async (
    from: PinProgress,
    dieAfterCreating = 0,
    whenCreated = async () => {},
    whenAsleep: WhenAsleep = async () => undefined,
  ) => {
    let progress = from;
    let deaths = 0;
    const steps: string[] = [];
    while (!progress.finalEvent) {
      const { slept, ...rest } = await asleep(progress, whenAsleep);
      progress = { ...progress, ...rest };
      clock += slept * 1000;
      steps.push(progress.step);
      const next = await step(progress);
      if (progress.step === 'create') await whenCreated();
      const died = progress.step === 'create' && deaths++ < dieAfterCreating;
      progress = died ? { ...progress, step: 'look' } : next;
    }
    return { ...progress.finalEvent.detail, steps, seconds: (clock - Date.parse('2026-03-01T09:00:00Z')) / 1000 };
  };
  const begin: PinProgress = { upload, step: 'prepare', waitSeconds: 0 };
  return { simulator, pinterest, step, run, begin, mediaId, schedules, ports };
}

describe('publishPin', () => {
  it('records the Pins that look the same before it creates the Pin', async () => {
    const { simulator, run, begin, pinterest, mediaId } = await publishing();
    const older = await pinterest.pinsCreate({ boardId: '42', mediaId, cover: { keyFrameSeconds: 1 } });
    const published = await run(begin);
    expect(published).toMatchObject({ status: 'published', steps: ['prepare', 'create'] });
    expect(published).not.toMatchObject({ pinId: older.pinId });
    expect(simulator.pins()).toHaveLength(2);
  });

  it.each<Fault>([
    { kind: 'stored-not-answered' },
    { kind: 'reset' },
    { kind: 'hang' },
    { kind: 'garbage' },
    { kind: 'html', status: 502 },
    { kind: 'status', status: 500 },
    { kind: 'status', status: 429, retryAfterSeconds: 30 },
    { kind: 'status', status: 401 },
  ])('creates one Pin when the create request meets the fault $kind $status', async (fault) => {
    const timeoutMs = fault.kind === 'hang' ? 3000 : undefined;
    const { simulator, run, begin, pinterest, mediaId } = await publishing({}, freeLane(), timeoutMs);
    const older = await pinterest.pinsCreate({ boardId: '42', mediaId, cover: { keyFrameSeconds: 1 } });
    simulator.inject({ operation: 'pins_create', fault, times: 2 });
    const published = await run(begin);
    const [pin, before, ...others] = simulator.pins();
    expect(others).toEqual([]);
    expect(before?.pinId).toBe(older.pinId);
    expect(published).toMatchObject({ status: 'published', pinId: pin?.pinId });
  });

  it('finds the Pin when the function crashed after it created the Pin', async () => {
    const { simulator, run, begin } = await publishing();
    expect(await run(begin, 1)).toMatchObject({ status: 'published', steps: ['prepare', 'create', 'look'] });
    expect(simulator.pins()).toHaveLength(1);
  });

  it('searches for the whole patience time before it creates the Pin again', async () => {
    const { simulator, run, begin } = await publishing();
    simulator.inject({ operation: 'pins_create', fault: { kind: 'reset' } });
    const { steps, seconds } = await run(begin);
    expect(steps.at(-1)).toBe('create');
    expect(steps.filter((each) => each === 'look').length).toBeGreaterThan(3);
    expect(seconds).toBeGreaterThanOrEqual(60);
  });

  it('reads the board only after it has entered the lane', async () => {
    let turns = 0;
    const free = freeLane();
    const enter: PinLane['enter'] = async (...who) => (++turns > 3 ? free.enter(...who) : undefined);
    const { simulator, run, begin } = await publishing({}, { ...free, enter });
    expect(await run(begin)).toMatchObject({ steps: ['prepare', 'prepare', 'prepare', 'prepare', 'create'] });
    expect(simulator.requests.filter(({ operation }) => operation === 'boards_list_pins')).toHaveLength(1);
  });

  it('gives up waiting for the lane at the give-up time', async () => {
    const { run, begin } = await publishing({}, { ...freeLane(), enter: async () => undefined });
    const { steps, seconds, ...event } = await run(begin);
    expect(event).toMatchObject({
      failure: { reason: 'gave_up', message: expect.stringContaining('Other Pins with the same words') },
    });
    expect(seconds).toBeLessThan(1.1 * policy.retryPolicy.giveUpAfterSeconds);
    expect(steps.length).toBeLessThan(100);
  });

  it('uses the Pins that an earlier invocation recorded when the result of that invocation was lost', async () => {
    const lane = freeLane();
    const { simulator, run, begin, step } = await publishing({}, lane);
    await step(begin);
    simulator.inject({ operation: 'pins_create', fault: { kind: 'stored-not-answered' } });
    expect(await run(begin)).toMatchObject({ status: 'published', steps: ['prepare', 'create', 'look'] });
    expect(simulator.requests.filter(({ operation }) => operation === 'boards_list_pins')).toHaveLength(2);
  });

  it('does not create the Pin again when the record of earlier Pins is missing', async () => {
    const { simulator, run, begin, mediaId } = await publishing();
    const pin = { boardId: '42', mediaId, cover: { keyFrameSeconds: 1 } };
    expect(await run({ ...begin, pin, step: 'look' })).toMatchObject({
      failure: { reason: 'gave_up', message: expect.stringContaining('look at the board') },
    });
    expect(simulator.pins()).toEqual([]);
  });

  it("does not mistake the previous upload's unlisted Pin for its own", async () => {
    const before: string[] = [];
    const { simulator, run, begin, pinterest, mediaId } = await publishing({ pinListDelayMs: 100 }, freeLane(before));
    const { pinId } = await pinterest.pinsCreate({ boardId: '42', mediaId, cover: { keyFrameSeconds: 1 } });
    before.push(pinId);
    simulator.inject({ operation: 'pins_create', fault: { kind: 'reset' } });
    const progress = await run(begin, 0, () => new Promise((listed) => setTimeout(listed, 150)));
    expect(simulator.pins()).toHaveLength(2);
    expect(progress).toMatchObject({ status: 'published', pinId: simulator.pins()[0]?.pinId });
  });

  it('finds its Pin on a later page of the board', async () => {
    const { simulator, run, begin, pinterest, mediaId } = await publishing();
    for (let number = 0; number < 260; number++) {
      await pinterest.pinsCreate({ boardId: '42', mediaId, title: `other ${number}`, cover: { keyFrameSeconds: 1 } });
    }
    simulator.inject({ operation: 'pins_create', fault: { kind: 'stored-not-answered' } });
    const event = await run(begin);
    expect(event).toMatchObject({ status: 'published', pinId: simulator.pins()[0]?.pinId });
  });

  it.each([
    [{ board: '42', title: 'x'.repeat(101) }, '42'],
    [{ board: ' spring ', link: 'nowhere' }, '42'],
    [{ board: 'Sprung' }, undefined],
    [{ board: ' ' }, undefined],
    [{}, undefined],
  ])('reports rejected metadata with the board id, if the metadata has one: %j', async (metadata, boardId) => {
    const { run, begin } = await publishing();
    const upload = { ...begin.upload, object: { ...begin.upload.object, metadata } };
    const { steps, seconds, ...detail } = await run({ ...begin, upload });
    expect(pinFailedSchema.parse(detail)).toEqual(detail);
    expect(detail).toMatchObject({ failure: { reason: 'rejected_metadata' } });
    expect((detail as { boardId?: string }).boardId).toBe(boardId);
  });

  it('gives up in the end, and reports whether the Pin may exist', async () => {
    const { simulator, run, begin } = await publishing();
    simulator.inject({ operation: 'pins_create', fault: { kind: 'status', status: 429 }, times: 10_000 });
    expect(await run(begin)).toMatchObject({ failure: { reason: 'gave_up', message: expect.stringContaining('1 h') } });
    simulator.inject({ operation: 'boards_list_pins', fault: { kind: 'status', status: 503 }, times: 10_000 });
    const pin = { boardId: '42', mediaId: '1', cover: { keyFrameSeconds: 1 } };
    expect(await run({ ...begin, pin, step: 'look' })).toMatchObject({
      failure: { reason: 'gave_up', message: expect.stringContaining('The Pin may be there: look at the board') },
    });
  });
});

describe('a Pin that is scheduled', () => {
  const START = Date.parse('2026-03-01T09:00:00Z');
  const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();
  const scheduled = async (seconds: number, ...options: Parameters<typeof publishing>) => {
    const pin = await publishing(...options);
    const { upload } = pin.begin;
    const metadata = { board: '42', publish_at: at(seconds) };
    const begin = { ...pin.begin, upload: { ...upload, object: { ...upload.object, metadata } } };
    const change = async (schedule: PinSchedule) => {
      const found = await pin.schedules.read(upload.uploadId);
      return found.value?.state !== 'closed' && found.replace(schedule);
    };
    return { ...pin, begin, change };
  };
  const undisturbed = async () => {};

  it('is published when it is due, and its event says how late', async () => {
    const { simulator, run, begin } = await scheduled(3600);
    const { steps, seconds, ...event } = await run(begin);
    expect(steps).toEqual(['prepare', 'sleep', 'create']);
    expect(pinPublishedSchema.parse(event)).toEqual(event);
    expect(event).toMatchObject({ status: 'published', dueAt: at(3600), publishedAt: at(3600), lateBySeconds: 0 });
    expect(seconds).toBe(3600);
    expect(simulator.pins()).toHaveLength(1);
  });

  it('is published at once when it was due in the past', async () => {
    const { run, begin } = await scheduled(-60);
    expect(await run(begin)).toMatchObject({ steps: ['prepare', 'create'], dueAt: at(-60), lateBySeconds: 60 });
  });

  it('sleeps a week at a time', async () => {
    const { run, begin } = await scheduled(30 * 24 * 3600);
    const { steps, seconds } = await run(begin);
    expect(steps).toEqual(['prepare', 'sleep', 'sleep', 'sleep', 'sleep', 'sleep', 'create']);
    expect(seconds).toBe(30 * 24 * 3600);
  });

  it('has the whole give-up time after it is due', async () => {
    const { simulator, run, begin } = await scheduled(5 * 24 * 3600);
    const fault = { kind: 'status', status: 429, retryAfterSeconds: 1800 } as const;
    simulator.inject({ operation: 'pins_create', fault });
    expect(await run(begin)).toMatchObject({ status: 'published', lateBySeconds: 1800 });
  });

  it('is not made when an operator cancels it while it waits', async () => {
    const { simulator, run, begin, change } = await scheduled(3600);
    const event = await run(begin, 0, undisturbed, async () => {
      await change({ state: 'cancelled' });
      return 10;
    });
    const { steps, seconds, ...detail } = event;
    expect(pinFailedSchema.parse(detail)).toEqual(detail);
    expect(detail).toMatchObject({ failure: { reason: 'cancelled' }, dueAt: at(3600), failedAt: at(10) });
    expect(simulator.pins()).toEqual([]);
  });

  it('is not made when an operator cancelled it before the upload was ready', async () => {
    const { simulator, run, begin, change } = await scheduled(3600);
    await change({ state: 'cancelled' });
    expect(await run(begin)).toMatchObject({ steps: ['prepare'], failure: { reason: 'cancelled' } });
    expect(simulator.pins()).toEqual([]);
  });

  it.each([
    ['later', 7200, 10],
    ['earlier', 60, 10],
    ['to the past', 60, 600],
  ])('is published at the new time when an operator moves it %s', async (_where, dueAt, after) => {
    const { simulator, run, begin, change } = await scheduled(3600);
    let sleeps = 0;
    const event = await run(begin, 0, undisturbed, async () => {
      if (sleeps++ > 0) return undefined;
      await change({ state: 'open', dueAt: at(dueAt) });
      return after;
    });
    const published = Math.max(dueAt, after);
    expect(event).toMatchObject({ dueAt: at(dueAt), publishedAt: at(published), lateBySeconds: published - dueAt });
    expect(simulator.pins()).toHaveLength(1);
  });

  it('is either cancelled or published when an operator cancels it during the last check', async () => {
    for (const moment of ['before', 'after']) {
      let cancelled: boolean | undefined;
      const free = freeLane();
      const pin = await scheduled(
        60,
        {},
        {
          ...free,
          async enter(...who) {
            const turn = await free.enter(...who);
            if (moment === 'before') cancelled ??= await pin.change({ state: 'cancelled' });
            return turn;
          },
        },
      );
      const event = await pin.run(pin.begin, 0, async () => {
        cancelled ??= await pin.change({ state: 'cancelled' });
      });
      expect(cancelled).toBe(moment === 'before');
      expect(event.status).toBe(cancelled ? 'failed' : 'published');
      expect(pin.simulator.pins()).toHaveLength(cancelled ? 0 : 1);
    }
  });

  it('cannot be cancelled after it failed', async () => {
    const { run, begin, change } = await scheduled(60);
    const upload = { ...begin.upload, object: { ...begin.upload.object, metadata: {} } };
    expect(await run({ ...begin, upload })).toMatchObject({ failure: { reason: 'rejected_metadata' } });
    expect(await change({ state: 'cancelled' })).toBe(false);
  });

  it('leaves the lane and the queue of the board when it is moved at the last moment', async () => {
    const left: string[] = [];
    const free = freeLane();
    let changed = false;
    const pin = await scheduled(
      60,
      {},
      {
        async enter(...who) {
          if (!changed) changed = await pin.change({ state: 'open', dueAt: at(3600) });
          return free.enter(...who);
        },
        leave: async (_lane, uploadId) => void left.push(uploadId),
      },
    );
    expect(await pin.run(pin.begin)).toMatchObject({ status: 'published', publishedAt: at(3600) });
    expect(left).toHaveLength(2);
    expect(pin.simulator.pins()).toHaveLength(1);
  });

  it('can be cancelled and moved while Pinterest cannot say whether its board exists', async () => {
    const { simulator, begin, step, change } = await scheduled(3600);
    simulator.inject({ operation: 'boards_list', fault: { kind: 'status', status: 503 }, times: 1000 });
    const waiting = await step(begin);
    expect(waiting).toMatchObject({ step: 'prepare' });
    expect(waiting.waitSeconds).toBeLessThan(3600);
    await change({ state: 'open', dueAt: at(3) });
    expect((await step(waiting)).waitSeconds).toBe(3);
    await change({ state: 'cancelled' });
    expect((await step(waiting)).finalEvent?.detail).toMatchObject({ failure: { reason: 'cancelled' } });
  });

  it('is published in time when its sleep can never begin', async () => {
    const { run, begin } = await scheduled(30 * 24 * 3600);
    const event = await run(begin, 0, undisturbed, () => Promise.reject(new Error('killed')));
    expect(event).toMatchObject({ status: 'published' });
    expect((event as PinPublished).lateBySeconds).toBeLessThanOrEqual(1);
    expect(event.steps.length).toBeLessThan(500);
  });

  it('refuses a task token of a wait that an operator has changed', async () => {
    const { schedules, begin, change } = await scheduled(3600);
    const { uploadId } = begin.upload;
    const sleep = { uploadId, dueAt: at(3600), taskToken: 'one' };
    await keepTaskToken(schedules, sleep);
    await keepTaskToken(schedules, { ...sleep, taskToken: 'two' });
    expect(schedules.get(uploadId)).toEqual({ state: 'open', dueAt: at(3600), taskToken: 'two' });
    await change({ state: 'open', dueAt: at(60) });
    await expect(keepTaskToken(schedules, sleep)).rejects.toThrow('has changed');
    await change({ state: 'cancelled' });
    await expect(keepTaskToken(schedules, sleep)).rejects.toThrow('has changed');
  });
});
