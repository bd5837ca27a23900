import type { ObjectReader } from './object-reader.ts';

/** A byte range [start, end) of an object. */
export interface Span {
  start: number;
  end: number;
}

/** A box of ISO-BMFF, or an atom of QuickTime: a length, a type of four characters, and a body. */
export interface Box {
  type: string;
  /** Offset of the length field. */
  start: number;
  body: Span;
  /** True when the length is zero, which means "to the end of the file". */
  open: boolean;
}

/** Box types are four printable characters. QuickTime also uses `©`, for user data. */
const BOX_TYPE = /^[\x20-\x7e\xa9]{4}$/;
/** Far more boxes than any real container has. Limits the work for a crafted file. */
const MAX_BOXES = 1000;

/**
 * Reads the header of the box at an offset.
 * @param end the end of the enclosing box, or of the file
 * @returns undefined when the bytes are not a box; the body of the box may extend beyond `end`
 * @see ISO/IEC 14496-12, section 4.2
 */
export async function boxAt(reader: ObjectReader, start: number, end: number): Promise<Box | undefined> {
  const header = await reader.bytes(start, Math.min(end, start + 16));
  if (header.length < 8) return undefined;
  const type = header.toString('latin1', 4, 8);
  const size = header.readUInt32BE(0);
  if (!BOX_TYPE.test(type)) return undefined;
  if (size === 0) return { type, start, body: { start: start + 8, end }, open: true };
  if (size !== 1)
    return size < 8 ? undefined : { type, start, body: { start: start + 8, end: start + size }, open: false };
  if (header.length < 16) return undefined;
  const large = Number(header.readBigUInt64BE(8));
  if (large < 16 || !Number.isSafeInteger(start + large)) return undefined;
  return { type, start, body: { start: start + 16, end: start + large }, open: false };
}

/**
 * The boxes inside a box, without their contents.
 * @returns whole: false when some of the bytes are not a valid box, or extend beyond the enclosing box
 */
export async function boxesIn(reader: ObjectReader, { start, end }: Span): Promise<{ boxes: Box[]; whole: boolean }> {
  const stop = Math.min(end, reader.size);
  const boxes: Box[] = [];
  let at = start;
  while (at + 8 <= stop) {
    const box = boxes.length < MAX_BOXES ? await boxAt(reader, at, stop) : undefined;
    if (box === undefined || box.open) return { boxes, whole: false };
    boxes.push(box);
    if (box.body.end > stop) return { boxes, whole: false };
    at = box.body.end;
  }
  return { boxes, whole: stop === end };
}

/** The body of a box, at most `maxBytes` of it: a crafted length must not cost memory. */
export const bodyOf = (reader: ObjectReader, { body }: Box, maxBytes: number): Promise<Buffer> =>
  reader.bytes(body.start, Math.min(body.end, body.start + maxBytes));

/** Parses a body. @returns undefined when the body is shorter than it must be */
export function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
