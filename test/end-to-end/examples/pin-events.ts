import { pinEventSchema } from '../../../shared/events/pin/pin-event-schema.ts';
import type { PinEventDetail } from '../../../shared/events/pin/pin-events.ts';
import { expectByContract } from '../../harness/contract.ts';
import type { LocalPindrop } from '../../harness/local-pindrop.ts';

/** All Pin events so far, each validated against the contract, which allows no undescribed fields. */
export const pinEvents = (pindrop: LocalPindrop): PinEventDetail[] =>
  pindrop.observations.flatMap((observation) => {
    if (observation.kind !== 'event-put' || !observation.envelope['detail-type'].startsWith('Pin ')) return [];
    expectByContract(observation.envelope);
    return [pinEventSchema.parse(observation.envelope).detail];
  });

/** Waits for the Pin event of an object version. */
export async function pinEventOf(pindrop: LocalPindrop, versionId: string): Promise<PinEventDetail> {
  const find = () => pinEvents(pindrop).find(({ object }) => object.versionId === versionId);
  await pindrop.until(() => find() !== undefined);
  return find() as PinEventDetail;
}
