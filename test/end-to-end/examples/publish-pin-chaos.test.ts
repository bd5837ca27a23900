import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { SimulatedBoard } from '../../../infra/local/pinterest/boards.ts';
import { cancelPin, reschedulePin } from '../../../infra/operations/pins.ts';
import { pinEventSchema } from '../../../shared/events/pin/pin-event-schema.ts';
import type { PinEventDetail } from '../../../shared/events/pin/pin-events.ts';
import { jpegImage } from '../../fixtures/covers/images.ts';
import { type LocalPindrop, startLocalPindrop } from '../../harness/local-pindrop.ts';
import { portsTo } from '../../harness/pindrop-command.ts';
import { seededRandom } from '../../harness/seeded-random.ts';
import { killFunctions, seededFaults } from '../chaos-faults.ts';

const SEED = Number(process.env['PINDROP_CHAOS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const DROPS = 40;
/** Number of drops that share one title. Their Pins are hard to distinguish. */
const ALIKE = 5;
/** Each board gets four Pins of one title and one of another, one after the other. */
const BOARDS: SimulatedBoard[] = Array.from({ length: DROPS / ALIKE }, (_, index) => ({
  boardId: `${42 + index}`,
  name: `Board ${index}`,
  privacy: 'PUBLIC',
}));
const SPACING_SECONDS = 0.6;
/** Every other Pin is due within this time after its drop. */
const LONGEST_SCHEDULE_SECONDS = 15;

const video = readFileSync(new URL('../../fixtures/inspection/index-first.mp4', import.meta.url));

const hasCover = (key: string) => /[05]\.mp4$/.test(key);

/**
 * Drops a video for a board, which is given by its name or its id, in a sidecar or in the metadata. Some have a cover
 * image beside them.
 */
async function drop(number: number, publishAt: string | undefined, pindrop: LocalPindrop): Promise<void> {
  const key = `clip ${number}.mp4`;
  const group = Math.floor(number / ALIKE);
  const own = number % ALIKE < ALIKE - 1;
  const { name = '', boardId = '' } = BOARDS[own ? group : (group + 1) % BOARDS.length] ?? {};
  const fields = { title: `Spring ${group}`, ...(publishAt && { publish_at: publishAt }) };
  const bySidecar = number % 3 === 0;
  if (bySidecar) await pindrop.drop(`${key}.json`, Buffer.from(JSON.stringify({ ...fields, board: name })));
  if (hasCover(key)) await pindrop.drop(`${key}.jpg`, jpegImage);
  await pindrop.drop(key, video, bySidecar ? {} : { ...fields, board: number % 2 === 0 ? boardId : name });
}

/** What the operator does to a Pin that waits, and when. */
interface Deed {
  number: number;
  afterSeconds: number;
  dueAt?: string;
}

/** Cancels or moves a Pin. @returns whether it was in time */
async function operate({ number, afterSeconds, dueAt }: Deed, pindrop: LocalPindrop): Promise<boolean> {
  const find = () => pindrop.events().find(({ object }) => object.key === `clip ${number}.mp4`);
  await pindrop.until(() => find() !== undefined);
  await wait(afterSeconds * 1000);
  const uploadId = find()?.uploadId ?? '';
  const ports = portsTo(pindrop);
  try {
    await (dueAt === undefined ? cancelPin(uploadId, ports) : reschedulePin(uploadId, dueAt, ports));
    return true;
  } catch (error) {
    expect((error as Error).message).toMatch(/^(Too late: |The upload .* failed)/);
    return false;
  }
}

const pinEventsOf = ({ observations }: LocalPindrop): PinEventDetail[] =>
  observations.flatMap((each) =>
    each.kind === 'event-put' && each.envelope['detail-type'].startsWith('Pin ')
      ? [pinEventSchema.parse(each.envelope).detail]
      : [],
  );

/** Checks that the final event of a Pin agrees with the answer that the operator got. */
function expectDone({ number, dueAt }: Deed, inTime: boolean, pindrop: LocalPindrop) {
  const event = pinEventsOf(pindrop).find(({ object }) => object.key === `clip ${number}.mp4`);
  if (dueAt === undefined) expect(event?.status === 'failed', `clip ${number}`).toBe(inTime);
  else if (inTime) expect(event, `clip ${number}`).toMatchObject({ status: 'published', dueAt });
}

const isEarly = (event: PinEventDetail) => event.status === 'published' && event.publishedAt < (event.dueAt ?? '');

/** The shortest time between two Pins of a board, in milliseconds. */
function shortestGap(board: string, { simulator }: LocalPindrop): number {
  const ofBoard = simulator.pins().filter(({ request }) => request.board_id === board);
  const times = ofBoard.map(({ createdAt }) => createdAt).sort((one, other) => one - other);
  return Math.min(...times.slice(1).map((time, index) => time - (times[index] ?? 0)));
}

describe('publish-pin under random faults', () => {
  it(`creates exactly one Pin for each of ${DROPS} uploads, and reports the right one (seed ${SEED})`, async () => {
    const pindrop = await startLocalPindrop({
      simulator: { faults: seededFaults(SEED), pinListDelayMs: 500, boards: BOARDS },
      settings: {
        with: 'publish-pin',
        pinPatienceSeconds: 10,
        pinSpacingMinutes: SPACING_SECONDS / 60,
        redeliverAfterSeconds: 3,
        uploadTimeoutMinutes: 0.2,
        maxBackoffSeconds: 5,
      },
    });
    const random = seededRandom(SEED + 200);
    const soon = () => new Date(Date.now() + random() * LONGEST_SCHEDULE_SECONDS * 1000).toISOString();
    const stopKilling = killFunctions(pindrop, seededRandom(SEED + 100));
    for (let number = 0; number < DROPS; number++) await drop(number, number % 2 === 0 ? soon() : undefined, pindrop);
    const deeds = Array.from({ length: DROPS / 4 }, (_, index): Deed => {
      const deed = { number: index * 4, afterSeconds: random() * 10 };
      return index % 2 === 0 ? deed : { ...deed, dueAt: soon() };
    });
    const inTime = Promise.all(deeds.map((deed) => operate(deed, pindrop)));
    await pindrop.until(() => pindrop.events().length === DROPS);
    const uploads = pindrop.events().filter(({ status }) => status === 'succeeded');
    const pinEvents = () => pinEventsOf(pindrop);
    await pindrop.until(() => pinEvents().length >= uploads.length);
    while (pindrop.stack.unfinished().length > 0) await wait(500);
    expect(stopKilling()).toBeGreaterThan(0);

    expect(uploads.map(({ mediaId }) => mediaId).sort()).toEqual(
      pinEvents()
        .map(({ mediaId }) => mediaId)
        .sort(),
    );
    const made = pindrop.simulator.pins();
    const cancelled = pinEvents().filter(({ status }) => status === 'failed');
    const pins = made.map(({ pinId, request }) => `${request.media_source.media_id} is ${pinId}`);
    expect(pins).toHaveLength(uploads.length - cancelled.length);
    const said = pinEvents().map((event) => {
      if (event.status === 'published') return `${event.mediaId} is ${event.pinId}`;
      return event.failure.reason === 'cancelled' ? undefined : event;
    });
    expect(said.filter((each) => each !== undefined).sort()).toEqual(pins.sort());

    const answers = await inTime;
    for (const [index, deed] of deeds.entries()) expectDone(deed, answers[index] === true, pindrop);
    expect(pinEvents().filter(isEarly)).toEqual([]);
    const covered = made.filter(({ request }) => request.media_source.cover_image_sha256 !== undefined);
    const withCover = pinEvents().filter(({ status, object }) => status === 'published' && hasCover(object.key));
    expect(covered.map(({ request }) => request.media_source.media_id).sort()).toEqual(
      withCover.map(({ mediaId }) => mediaId).sort(),
    );
    for (const { boardId } of BOARDS)
      expect(shortestGap(boardId, pindrop), `board ${boardId}`).toBeGreaterThanOrEqual(SPACING_SECONDS * 1000);
  });
});
