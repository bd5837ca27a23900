import { type Box, bodyOf, parsed } from './boxes.ts';
import type { ObjectReader } from './object-reader.ts';

/** The contents of a segment index (`sidx`): the duration of the listed part of a track. */
export interface SegmentIndex {
  trackId: number;
  /** Minimum duration of all listed parts, in seconds. */
  duration: number;
}

/** In practice each part lasts at least half a second. These entries cover the longest video that Pinterest accepts. */
const MAX_ENTRIES = 2000;
const ENTRY_BYTES = 12;

/** @see ISO/IEC 14496-12, section 8.16.3 */
export async function segmentIndex(reader: ObjectReader, sidx: Box): Promise<SegmentIndex | undefined> {
  const body = await bodyOf(reader, sidx, 32 + MAX_ENTRIES * ENTRY_BYTES);
  return parsed(() => {
    const first = body.readUInt8(0) === 1 ? 32 : 24;
    const [trackId, timescale] = [body.readUInt32BE(4), body.readUInt32BE(8)];
    const count = Math.min(MAX_ENTRIES, body.readUInt16BE(first - 2));
    let ticks = 0;
    for (let entry = 0; entry < count; entry++) ticks += body.readUInt32BE(first + entry * ENTRY_BYTES + 4);
    return timescale === 0 || ticks === 0 ? undefined : { trackId, duration: ticks / timescale };
  });
}
