import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { pinEventSchema } from '../../../shared/events/pin/pin-event-schema.ts';
import { startLocalPindrop } from '../../harness/local-pindrop.ts';
import { seededRandom } from '../../harness/seeded-random.ts';
import { killFunctions, seededFaults } from '../chaos-faults.ts';

const SEED = Number(process.env['PINDROP_CHAOS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const DROPS = 40;
/** Number of drops that share one title. Their Pins are hard to distinguish. */
const ALIKE = 5;

const video = readFileSync(new URL('../../fixtures/inspection/index-first.mp4', import.meta.url));

describe('publish-pin under random faults', () => {
  it(`creates exactly one Pin for each of ${DROPS} uploads, and reports the right one (seed ${SEED})`, {
    timeout: DROPS * 20_000,
  }, async () => {
    const pindrop = await startLocalPindrop({
      simulator: { faults: seededFaults(SEED), pinListDelayMs: 500 },
      settings: {
        with: 'publish-pin',
        pinPatienceSeconds: 10,
        redeliverAfterSeconds: 3,
        uploadTimeoutMinutes: 0.2,
        maxBackoffSeconds: 5,
      },
    });
    const stopKilling = killFunctions(pindrop, seededRandom(SEED + 100));
    for (let number = 0; number < DROPS; number++) {
      await pindrop.drop(`clip ${number}.mp4`, video, { board: '42', title: `Spring ${Math.floor(number / ALIKE)}` });
    }
    await pindrop.until(() => pindrop.events().length === DROPS);
    const uploads = pindrop.events().filter(({ status }) => status === 'succeeded');
    const pinEvents = () =>
      pindrop.observations.flatMap((each) =>
        each.kind === 'event-put' && each.envelope['detail-type'].startsWith('Pin ')
          ? [pinEventSchema.parse(each.envelope).detail]
          : [],
      );
    await pindrop.until(() => pinEvents().length >= uploads.length);
    while (pindrop.stack.unfinished().length > 0) await wait(500);
    expect(stopKilling()).toBeGreaterThan(0);

    const pins = pindrop.simulator.pins().map(({ pinId, request }) => `${request.media_source.media_id} is ${pinId}`);
    expect(pins).toHaveLength(uploads.length);
    const said = pinEvents().map((event) =>
      event.status === 'published' ? `${event.mediaId} is ${event.pinId}` : event,
    );
    expect(said.sort()).toEqual(pins.sort());
    expect(uploads.map(({ mediaId }) => mediaId).sort()).toEqual(
      pinEvents()
        .map(({ mediaId }) => mediaId)
        .sort(),
    );
  });
});
