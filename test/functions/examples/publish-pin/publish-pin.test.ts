import { describe, expect, it, onTestFinished } from 'vitest';
import type { PinLane } from '../../../../functions/examples/publish-pin/pin-lane.ts';
import type { PinProgress } from '../../../../functions/examples/publish-pin/pin-progress.ts';
import { type PinPorts, publishPin } from '../../../../functions/examples/publish-pin/publish-pin.ts';
import type { Fault } from '../../../../infra/local/pinterest/faults.ts';
import type { PinterestSimulatorOptions } from '../../../../infra/local/pinterest/simulation.ts';
import { startPinterestSimulator } from '../../../../infra/local/pinterest/simulator.ts';
import { mediaUploadSucceededExample } from '../../../../shared/events/examples.ts';
import { pinFailedSchema } from '../../../../shared/events/pin/pin-event-schema.ts';
import { PinterestClient } from '../../../../shared/pinterest/pinterest-client.ts';

const policy = { patienceSeconds: 60, retryPolicy: { giveUpAfterSeconds: 3600, maxBackoffSeconds: 60 } };

/** A lane that is always free and lists these recent Pins. */
function freeLane(made: string[] = []): PinLane {
  let before: string[] | undefined;
  const note = async (noted: string[]) => {
    before = noted;
  };
  return { enter: async () => ({ made, note, before }) };
}

/** Runs the steps of one Pin against the simulator on a virtual clock. */
async function publishing(options: PinterestSimulatorOptions = {}, lane: PinLane = freeLane()) {
  const simulator = await startPinterestSimulator({ processingSeconds: () => 0, ...options });
  onTestFinished(() => simulator.close());
  const accessToken = async () => simulator.accessToken;
  const pinterest = new PinterestClient({ apiUrl: simulator.url, accessToken, timeoutMs: 3000 });
  const { mediaId } = await pinterest.mediaCreate();
  simulator.finish(mediaId, 'succeeded');
  const { object } = mediaUploadSucceededExample;
  const upload = { ...mediaUploadSucceededExample, mediaId, object: { ...object, metadata: { board: '42' } } };
  let clock = Date.parse('2026-03-01T09:00:00Z');
  const ports: PinPorts = {
    createPin: (pin) => pinterest.pinsCreate(pin),
    boardPins: (boardId) => pinterest.boardsListAllPins(boardId),
    lane,
    now: () => new Date(clock),
    random: () => 0.5,
  };
  const step = (progress: PinProgress) => publishPin(progress, policy, ports);
  /** Runs the steps as the state machine does, including its handling of a function that crashes. */
  const run = async (from: PinProgress, dieAfterCreating = 0, whenCreated = async () => {}) => {
    let progress = from;
    let deaths = 0;
    const steps: string[] = [];
    while (!progress.finalEvent) {
      clock += progress.waitSeconds * 1000;
      steps.push(progress.step);
      const next = await step(progress);
      if (progress.step === 'create') await whenCreated();
      const died = progress.step === 'create' && deaths++ < dieAfterCreating;
      progress = died ? { ...progress, step: 'look' } : next;
    }
    return { ...progress.finalEvent.detail, steps, seconds: (clock - Date.parse('2026-03-01T09:00:00Z')) / 1000 };
  };
  const begin: PinProgress = { upload, step: 'prepare', waitSeconds: 0 };
  return { simulator, pinterest, step, run, begin, mediaId };
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
    const { simulator, run, begin, pinterest, mediaId } = await publishing();
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
    const { simulator, run, begin } = await publishing({}, { enter });
    expect(await run(begin)).toMatchObject({ steps: ['prepare', 'prepare', 'prepare', 'prepare', 'create'] });
    expect(simulator.requests.filter(({ operation }) => operation === 'boards_list_pins')).toHaveLength(1);
  });

  it('gives up waiting for the lane at the give-up time', async () => {
    const { run, begin } = await publishing({}, { enter: async () => undefined });
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
    [{ board: ' 42 ', link: 'nowhere' }, '42'],
    [{ board: 'spring' }, 'spring'],
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
