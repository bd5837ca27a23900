import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pinEventSchema } from '../../../shared/events/pin/pin-event-schema.ts';
import type { PinEventDetail } from '../../../shared/events/pin/pin-events.ts';
import { expectByContract } from '../../harness/contract.ts';
import { type LocalPindrop, startLocalPindrop } from '../../harness/local-pindrop.ts';

const clip = readFileSync(new URL('../../../infra/local/pinterest/sample-clip.mp4', import.meta.url));

/** All Pin events so far, each validated against the contract. */
const pinEvents = (pindrop: LocalPindrop): PinEventDetail[] =>
  pindrop.observations.flatMap((observation) => {
    if (observation.kind !== 'event-put' || !observation.envelope['detail-type'].startsWith('Pin ')) return [];
    expectByContract(observation.envelope);
    return [pinEventSchema.parse(observation.envelope).detail];
  });

async function pinEventOf(pindrop: LocalPindrop, uploadId: string): Promise<PinEventDetail> {
  const find = () => pinEvents(pindrop).find((event) => event.uploadId === uploadId);
  await pindrop.until(() => find() !== undefined);
  return find() as PinEventDetail;
}

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

describe('publish-pin with publish_at', () => {
  it('publishes a Pin when it is due', async () => {
    const pindrop = await startLocalPindrop({ settings: { with: 'publish-pin' } });
    const dueAt = inSeconds(8);
    const { uploadId } = await pindrop.finalEventOf(
      await pindrop.drop('clip.mp4', clip, { board: '42', publish_at: dueAt }),
    );
    const event = await pinEventOf(pindrop, uploadId);
    expect(event).toMatchObject({ status: 'published', dueAt, lateBySeconds: expect.any(Number) });
  });
});
