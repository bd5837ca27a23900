import { type Box, boxAt } from './boxes.ts';
import { BudgetSpentError, type ObjectReader } from './object-reader.ts';

/** The top level of an ISO-BMFF or QuickTime file. */
export interface FileLayout {
  /** Undefined when the file does not begin with a box. */
  firstType?: string;
  ftyp?: Box;
  moov?: Box;
  meta?: Box;
  /** Segment indexes in front of the first fragment. */
  sidx: Box[];
  hasMedia: boolean;
  /** True when the file has fragments (`moof`), in addition to or instead of the movie's own tables. */
  fragmented: boolean;
  /** The box of a known type that extends beyond the end of the file. */
  cutBox?: Box;
  /**
   * `end`: every byte belongs to a box. `stray`: some bytes do not belong to a box. `enough`: the rest of the file
   * does not matter. `budget`: the inspection reached its limit.
   */
  stoppedAt: 'end' | 'stray' | 'enough' | 'budget';
}

/** The types of top-level boxes. Four printable bytes alone do not identify a box, because text files have them too. */
const TOP_LEVEL = new Set(
  'ftyp styp moov mdat moof mfra free skip wide pnot uuid sidx ssix pdin udta meta meco emsg prft idat PICT'.split(' '),
);
const MAX_BOXES = 20_000;

/** @throws any error of the object's reader, except BudgetSpentError */
export async function fileLayout(reader: ObjectReader): Promise<FileLayout> {
  const layout: FileLayout = { sidx: [], hasMedia: false, fragmented: false, stoppedAt: 'end' };
  try {
    layout.stoppedAt = await walk(reader, layout);
  } catch (error) {
    if (!(error instanceof BudgetSpentError)) throw error;
    layout.stoppedAt = 'budget';
  }
  return layout;
}

async function walk(reader: ObjectReader, layout: FileLayout): Promise<FileLayout['stoppedAt']> {
  let at = 0;
  for (let boxes = 0; at < reader.size; boxes++) {
    if (boxes === MAX_BOXES) return 'budget';
    const box = await boxAt(reader, at, reader.size);
    if (box === undefined) return 'stray';
    const known = TOP_LEVEL.has(box.type);
    const cut = box.body.end > reader.size;
    // Accept a box of an unknown type only if it is complete, and a known box comes before or directly after it.
    if (!known && (cut || box.open || (at === 0 && !(await knownAt(reader, box.body.end))))) return 'stray';
    layout.firstType ??= box.type;
    note(box, layout);
    if (cut) {
      layout.cutBox = box;
      return 'end';
    }
    if (layout.moov && layout.fragmented) return 'enough';
    at = box.body.end;
  }
  return 'end';
}

async function knownAt(reader: ObjectReader, at: number): Promise<boolean> {
  const box = await boxAt(reader, at, reader.size);
  return box !== undefined && TOP_LEVEL.has(box.type);
}

function note(box: Box, layout: FileLayout): void {
  if (box.type === 'ftyp') layout.ftyp ??= box;
  else if (box.type === 'moov') layout.moov ??= box;
  else if (box.type === 'meta') layout.meta ??= box;
  else if (box.type === 'mdat') layout.hasMedia = true;
  else if (box.type === 'moof') layout.fragmented = true;
  else if (box.type === 'sidx' && layout.sidx.length < 16) layout.sidx.push(box);
}
