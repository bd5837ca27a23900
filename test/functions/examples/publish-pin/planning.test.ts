import { describe, expect, it, onTestFinished } from 'vitest';
import { accountBoards } from '../../../../functions/examples/publish-pin/account-boards.ts';
import type { PinPorts } from '../../../../functions/examples/publish-pin/pin-ports.ts';
import type { PinProgress } from '../../../../functions/examples/publish-pin/pin-progress.ts';
import { publishPin } from '../../../../functions/examples/publish-pin/publish-pin.ts';
import type { PinterestSimulatorOptions } from '../../../../infra/local/pinterest/simulation.ts';
import { startPinterestSimulator } from '../../../../infra/local/pinterest/simulator.ts';
import { mediaUploadSucceededExample } from '../../../../shared/events/examples.ts';
import type { PinCover } from '../../../../shared/pinterest/pin.ts';
import { PinterestClient } from '../../../../shared/pinterest/pinterest-client.ts';
import { jpegImage, pngImage } from '../../../fixtures/covers/images.ts';
import { freeLane, freeTurns, memorySchedules } from './memory-ports.ts';

const START = Date.parse('2026-03-01T09:00:00Z');
const HOUR = 3600;
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();
const policy = {
  patienceSeconds: 60,
  spacingSeconds: 0,
  retryPolicy: { giveUpAfterSeconds: HOUR, maxBackoffSeconds: 60 },
};
const jpeg: PinCover = { image: jpegImage, contentType: 'image/jpeg' };
const png: PinCover = { image: pngImage, contentType: 'image/png' };

/** Runs the steps of one Pin against the simulator on a virtual clock. `change` is called before each step. */
async function publishing(
  sidecar: Record<string, unknown>,
  { change = () => {}, ...ports }: Partial<PinPorts> & { change?: (progress: PinProgress) => void } = {},
  options: PinterestSimulatorOptions = {},
) {
  const simulator = await startPinterestSimulator({ processingSeconds: () => 0, ...options });
  onTestFinished(() => simulator.close());
  const pinterest = new PinterestClient({ apiUrl: simulator.url, accessToken: async () => simulator.accessToken });
  const { mediaId } = await pinterest.mediaCreate();
  simulator.finish(mediaId, 'succeeded');
  let clock = START;
  const all: PinPorts = {
    createPin: (pin) => pinterest.pinsCreate(pin),
    boardPins: (boardId) => pinterest.boardsListAllPins(boardId),
    defaults: {},
    boards: accountBoards(pinterest, undefined, () => clock),
    covers: { read: async () => undefined },
    lane: freeLane(),
    schedules: memorySchedules(),
    turns: freeTurns,
    now: () => new Date(clock),
    random: () => 0.5,
    ...ports,
  };
  const run = async () => {
    const object = { ...mediaUploadSucceededExample.object, metadata: {} };
    const upload = { ...mediaUploadSucceededExample, object, mediaId, account: 'brand', sidecar };
    let progress: PinProgress = { upload, step: 'prepare', waitSeconds: 0 };
    let steps = 0;
    while (!progress.finalEvent) {
      clock += progress.waitSeconds * 1000;
      change(progress);
      progress = await publishPin(progress, policy, all);
      steps++;
    }
    return { ...progress.finalEvent.detail, steps };
  };
  return { simulator, run };
}

describe('a Pin is planned', () => {
  it('once: its board may be renamed while the Pin waits', async () => {
    const board = { boardId: '7', name: 'Spring' };
    let waits = 3;
    const free = freeLane();
    const enter: typeof free.enter = async (...who) => (waits-- > 0 ? undefined : free.enter(...who));
    const change = ({ pin }: PinProgress) => {
      if (pin) board.name = 'Summer';
    };
    const { run, simulator } = await publishing(
      { board: 'spring' },
      { lane: { ...free, enter }, change },
      { boards: [board] },
    );
    expect(await run()).toMatchObject({ status: 'published', boardId: '7' });
    expect(simulator.requests.filter(({ operation }) => operation === 'boards_list')).toHaveLength(1);
  });

  it('after a fault of Pinterest, again', async () => {
    const { run, simulator } = await publishing({ board: 'Recipes', section: 'soups' });
    simulator.inject({ operation: 'boards_list', fault: { kind: 'status', status: 429, retryAfterSeconds: 90 } });
    simulator.inject({ operation: 'board_sections_list', fault: { kind: 'html', status: 502 } });
    expect(await run()).toMatchObject({ status: 'published', boardId: '43' });
    expect(simulator.pins()[0]?.request.board_section_id).toBe('432');
  });

  it('again until it is due, if Pinterest is down for longer than the give-up time', async () => {
    const { run, simulator } = await publishing({ board: 'Spring', publish_at: at(20 * HOUR) });
    simulator.inject({ operation: 'boards_list', fault: { kind: 'status', status: 503 }, times: 10 });
    expect(await run()).toMatchObject({ status: 'published', dueAt: at(20 * HOUR), lateBySeconds: 0 });
  });

  it('again after it was due, for the give-up time', async () => {
    const { run, simulator } = await publishing({ board: 'Spring', publish_at: at(20 * HOUR) });
    simulator.inject({ operation: 'boards_list', fault: { kind: 'status', status: 503 }, times: 10_000 });
    const event = await run();
    expect(event).toMatchObject({ status: 'failed', failure: { reason: 'gave_up' } });
    const failedAfterSeconds = 'failedAt' in event ? (Date.parse(event.failedAt) - START) / 1000 : 0;
    expect(failedAfterSeconds).toBeGreaterThanOrEqual(21 * HOUR);
    expect(failedAfterSeconds).toBeLessThan(21.1 * HOUR);
  });
});

describe('a Pin fails at once', () => {
  it('when the token lacks a scope, with the command for its account', async () => {
    const { run } = await publishing({ board: 'Spring' }, {}, { scopes: ['pins:read', 'pins:write'] });
    expect(await run()).toMatchObject({
      steps: 1,
      account: 'brand',
      failure: {
        reason: 'pin_refused',
        message: expect.stringContaining('Sign in again with npm run pindrop -- auth --account brand, then retry'),
      },
    });
  });

  it('with everything that is wrong, also while Pinterest or S3 are down', async () => {
    const covers = { read: () => Promise.reject(new Error('S3 is down.')) };
    const { run, simulator } = await publishing({ board: 'Sprng', title: 'x'.repeat(101) }, { covers });
    expect(await run()).toMatchObject({
      steps: 1,
      failure: {
        message: expect.stringMatching(/^The sidecar's "title" has 101 characters.* There is no board "Sprng" /),
        retryable: false,
      },
    });
    simulator.inject({ operation: 'boards_list', fault: { kind: 'status', status: 503 } });
    expect(await run()).toMatchObject({ steps: 1, failure: { reason: 'rejected_metadata' } });
  });
});

describe('the image beside the video', () => {
  it('is sent as it is when the Pin is made', async () => {
    let image = jpeg;
    const change = ({ step }: PinProgress) => {
      if (step === 'create') image = png;
    };
    const { run, simulator } = await publishing({ board: 'Spring' }, { covers: { read: async () => image }, change });
    expect(await run()).toMatchObject({ status: 'published' });
    expect(simulator.pins()[0]?.request.media_source).toMatchObject({ cover_image_content_type: 'image/png' });
  });

  it('is not read when the drop names another cover', async () => {
    const covers = { read: () => Promise.reject(new Error('Nobody reads it.')) };
    const { run, simulator } = await publishing({ board: 'Spring', cover: 7 }, { covers });
    expect(await run()).toMatchObject({ status: 'published' });
    expect(simulator.pins()[0]?.request.media_source.cover_image_key_frame_time).toBe(7);
  });

  it('counts before the cover of pinDefaults, which counts before the first second', async () => {
    const defaults = { all: { board: 'Spring', cover: 5 } };
    const without = await publishing({}, { defaults });
    await without.run();
    expect(without.simulator.pins()[0]?.request.media_source.cover_image_key_frame_time).toBe(5);
    const beside = await publishing({}, { defaults, covers: { read: async () => jpeg } });
    await beside.run();
    expect(beside.simulator.pins()[0]?.request.media_source.cover_image_content_type).toBe('image/jpeg');
    const neither = await publishing({ board: 'Spring' });
    await neither.run();
    expect(neither.simulator.pins()[0]?.request.media_source.cover_image_key_frame_time).toBe(1);
  });

  it('that cannot be read is read again, and no Pin is made without it', async () => {
    let faults = 5;
    const covers = { read: async () => (faults-- > 0 ? Promise.reject(new Error('S3 is down.')) : jpeg) };
    const { run, simulator } = await publishing({ board: 'Spring' }, { covers });
    expect(await run()).toMatchObject({ status: 'published' });
    expect(simulator.pins().map(({ request }) => request.media_source)).toMatchObject([
      { cover_image_content_type: 'image/jpeg' },
    ]);
  });

  it('that is replaced by a bad one fails the Pin before the request', async () => {
    let reads = 0;
    const read = async () => (reads++ === 0 ? jpeg : { problem: 'The cover image clip.mp4.jpg is damaged.' });
    const { run, simulator } = await publishing({ board: 'Spring' }, { covers: { read } });
    expect(await run()).toMatchObject({
      boardId: '42',
      failure: { message: 'The cover image clip.mp4.jpg is damaged. Correct that, then retry the drop.' },
    });
    expect(simulator.requests.map(({ operation }) => operation)).not.toContain('pins_create');
  });
});
