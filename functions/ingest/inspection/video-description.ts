import { type Box, bodyOf, boxesIn, parsed, type Span } from './boxes.ts';
import { codecOfEntry, codecOfObjectType } from './codecs.ts';
import type { ObjectReader } from './object-reader.ts';

/** Only the ratio of width to height matters, not the number of pixels. */
export interface Shape {
  width: number;
  height: number;
}

/** One of the ways in which the samples of a video track are encoded. */
export interface VideoDescription {
  /** Undefined when it is not known. */
  codec?: string;
  /** All sizes at which a player may show the video, because headers can disagree. Most players use the first one. */
  shapes: Shape[];
}

export type Orientation = 'upright' | 'turned';

/** Bytes of the fields that every video description has, before its own boxes. @see ISO/IEC 14496-12, section 12.1.3 */
const VISUAL_ENTRY_BYTES = 86;
const MAX_DESCRIPTIONS = 16;

/**
 * @param stsd the sample description box; only its first 16 descriptions are read, and further ones count as unknown
 */
export async function videoDescriptions(reader: ObjectReader, stsd: Box): Promise<VideoDescription[]> {
  const descriptions: VideoDescription[] = [];
  const head = await bodyOf(reader, stsd, 8);
  const count = parsed(() => head.readUInt32BE(4)) ?? 0;
  let at = stsd.body.start + 8;
  for (let each = 0; each < count; each++) {
    const entry = await reader.bytes(at, Math.min(stsd.body.end, at + VISUAL_ENTRY_BYTES));
    const size = entry.length < 8 ? 0 : entry.readUInt32BE(0);
    if (each === MAX_DESCRIPTIONS || size < 8 || at + size > stsd.body.end) return [...descriptions, { shapes: [] }];
    descriptions.push(await description(reader, entry, { start: at + VISUAL_ENTRY_BYTES, end: at + size }));
    at += size;
  }
  return descriptions;
}

async function description(reader: ObjectReader, entry: Buffer, own: Span): Promise<VideoDescription> {
  const type = entry.toString('latin1', 4, 8);
  const { boxes } = own.end > own.start ? await boxesIn(reader, own) : { boxes: [] };
  const body = async (name: string, bytes: number) => {
    const box = boxes.find((each) => each.type === name);
    return box ? bodyOf(reader, box, bytes) : Buffer.alloc(0);
  };
  const esds = type === 'mp4v' ? await body('esds', 256) : undefined;
  const codec = esds ? parsed(() => codecOfObjectType(objectTypeOf(esds))) : codecOfEntry(type);
  const coded = parsed(() => ({ width: entry.readUInt16BE(32), height: entry.readUInt16BE(34) }));
  if (!coded || coded.width === 0 || coded.height === 0) return { codec, shapes: [] };
  const pasp = await body('pasp', 8);
  const stretch = parsed(() => ratio(pasp, 0)) ?? 1;
  const shapes = [{ width: coded.width * stretch, height: coded.height }];
  const clap = await body('clap', 32);
  const cropped = parsed(() => ({ width: ratio(clap, 0), height: ratio(clap, 8) }));
  if (cropped?.width && cropped.height) shapes.push({ width: cropped.width * stretch, height: cropped.height });
  return { codec, shapes };
}

/** A fraction of two 32-bit numbers. @returns undefined when one of them is zero */
function ratio(body: Buffer, at: number): number | undefined {
  const [over, under] = [body.readUInt32BE(at), body.readUInt32BE(at + 4)];
  return over === 0 || under === 0 ? undefined : over / under;
}

/**
 * The object type in the elementary stream descriptor.
 * @throws RangeError when the descriptor is not whole
 * @see ISO/IEC 14496-1, sections 7.2.6.5 and 7.2.6.6
 */
function objectTypeOf(esds: Buffer): number {
  let at = 4;
  const descriptor = (tag: number) => {
    if (esds.readUInt8(at) !== tag) throw new RangeError('Another descriptor was expected.');
    // The length field continues with the next byte while the highest bit is set.
    do at++;
    while (esds.readUInt8(at) & 0x80);
    at++;
  };
  descriptor(0x03);
  const flags = esds.readUInt8(at + 2);
  at += 3;
  if (flags & 0x80) at += 2;
  if (flags & 0x40) at += 1 + esds.readUInt8(at);
  if (flags & 0x20) at += 2;
  descriptor(0x04);
  return esds.readUInt8(at);
}

/**
 * Whether a matrix rotates the picture by a quarter turn.
 * @returns undefined when the matrix does more than rotate by quarter turns, mirror, move, or scale both sides equally
 */
export function orientationOf(body: Buffer, at: number): Orientation | undefined {
  const [a, b] = [body.readInt32BE(at), body.readInt32BE(at + 4)];
  const [c, d] = [body.readInt32BE(at + 12), body.readInt32BE(at + 16)];
  if (b === 0 && c === 0 && Math.abs(a) === Math.abs(d)) return 'upright';
  if (a === 0 && d === 0 && Math.abs(b) === Math.abs(c)) return 'turned';
  return undefined;
}
