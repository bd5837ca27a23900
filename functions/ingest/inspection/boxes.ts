import type { BlockReader } from './block-reader.ts';

export interface BoxLayout {
  /** True when a box reaches beyond the object's end, or the movie's index is missing. */
  truncated: boolean;
  /** Type of each box at the top level, in order. */
  types: string[];
}

/** A file has a handful of boxes at its top level; a fragmented one two for each fragment. */
const MAX_BOXES = 200;
const BOX_TYPE = /^[\x20-\x7e\xa9]{4}$/;

/**
 * Walks the top level of an ISO-BMFF file: each box is a length, a type and its bytes.
 * @returns undefined when that cannot be told
 * @see ISO/IEC 14496-12, section 4.2
 */
export async function boxLayout(reader: BlockReader): Promise<BoxLayout | undefined> {
  const types: string[] = [];
  let at = 0;
  while (at + 8 <= reader.size) {
    if (types.length >= MAX_BOXES) return undefined;
    const header = Buffer.from(await reader.read(at, Math.min(reader.size, at + 16)));
    const type = header.toString('latin1', 4, 8);
    // Some writers pad the end with zeros; anything else that is no box is for the parser to judge.
    if (!BOX_TYPE.test(type)) return types.includes('moov') ? { truncated: false, types } : undefined;
    types.push(type);
    const size = boxSize(header, reader.size - at);
    if (size === undefined) return undefined;
    if (at + size > reader.size) return { truncated: true, types };
    at += size;
  }
  return { truncated: !types.includes('moov'), types };
}

/** @returns the box's whole length in bytes; undefined when it is none */
function boxSize(header: Buffer, left: number): number | undefined {
  const size = header.readUInt32BE(0);
  // Up to the end of the file.
  if (size === 0) return left;
  if (size === 1) return header.length < 16 ? left + 1 : atLeast(16, Number(header.readBigUInt64BE(8)));
  return atLeast(8, size);
}

const atLeast = (least: number, size: number) => (size >= least && Number.isSafeInteger(size) ? size : undefined);
