/** Builds ISO-BMFF files box by box. A test states only how its file differs from the default. */

type Part = Buffer | number[] | string;

const u16 = (...values: number[]) => {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [at, value] of values.entries()) bytes.writeUInt16BE(value, at * 2);
  return bytes;
};
export const u32 = (...values: number[]) => {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, at * 4);
  return bytes;
};
const bytesOf = (part: Part) =>
  typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part as Uint8Array);

/** A box whose header states its true length. */
export function box(type: string, ...parts: Part[]): Buffer {
  const body = Buffer.concat(parts.map(bytesOf));
  return Buffer.concat([u32(body.length + 8), bytesOf(type), body]);
}
/** A box whose header states another length than the true one. */
export function boxClaiming(length: number, type: string, ...parts: Part[]): Buffer {
  const bytes = box(type, ...parts);
  bytes.writeUInt32BE(length >>> 0, 0);
  return bytes;
}

export const MATRIX = {
  upright: [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000],
  turned: [0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000],
  zero: [0, 0, 0, 0, 0, 0, 0, 0, 0],
  stretched: [0x20000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000],
};

interface Description {
  format?: string;
  width?: number;
  height?: number;
  /** Boxes after the fields of the sample entry. */
  own?: Buffer[];
}

interface TrackOptions {
  id?: number;
  handler?: string;
  enabled?: boolean;
  /** Seconds. */
  seconds?: number;
  /** Durations in ticks in `mdhd`, `tkhd` and the sample table. By default they match `seconds`. */
  mediaTicks?: number;
  trackTicks?: number;
  sampleTicks?: number;
  descriptions?: Description[];
  /** Width and height in `tkhd`, in pixels. */
  shown?: [number, number];
  matrix?: number[];
  /** The edit list: [duration in the movie's ticks, start in the media or -1 for a gap, rate] */
  edits?: [number, number, number?][];
  /** Additional boxes at the end of `trak`. */
  beside?: Buffer[];
  /** True to write `minf` before `mdhd` and `hdlr`. */
  informationFirst?: boolean;
  samples?: number;
}

const CLOCK = 1000;
const SAMPLE_BYTES = 40;

export const esds = (objectType: number) =>
  box('esds', u32(0), [0x03, 0x80, 0x80, 0x16], u16(1), [0], [0x04, 0x11, objectType, 0x11, 0, 0, 0], u32(0, 0));
export const pasp = (across: number, down: number) => box('pasp', u32(across, down));

const visualEntry = ({ format = 'avc1', width = 640, height = 360, own = [] }: Description) =>
  box(format, Buffer.alloc(6), u16(1), Buffer.alloc(16), u16(width, height), Buffer.alloc(50), ...own);
const soundEntry = () => box('mp4a', Buffer.alloc(6), u16(1), Buffer.alloc(20));

function track(options: TrackOptions = {}, chunkOffset = 0): Buffer {
  const { id = 1, handler = 'vide', enabled = true, seconds = 6, edits, beside = [], informationFirst } = options;
  const { descriptions = [{}], matrix = MATRIX.upright, samples = 10, shown } = options;
  const { mediaTicks = seconds * CLOCK, trackTicks = seconds * CLOCK } = options;
  const { sampleTicks = seconds * CLOCK } = options;
  const first = descriptions[0] ?? {};
  const [width, height] = shown ?? (handler === 'vide' ? [first.width ?? 640, first.height ?? 360] : [0, 0]);
  const entries = handler === 'vide' ? descriptions.map(visualEntry) : [soundEntry()];
  const tkhd = box(
    'tkhd',
    u32(enabled ? 3 : 2, 0, 0, id, 0, trackTicks),
    Buffer.alloc(16),
    u32(...matrix),
    u32(width * 65536, height * 65536),
  );
  const elst = edits?.map(([ticks, from, rate = 1]) => u32(ticks, from, rate * 65536)) ?? [];
  const stbl = box(
    'stbl',
    box('stsd', u32(0, entries.length), ...entries),
    box('stts', u32(0, 1, samples, Math.round(sampleTicks / samples))),
    box('stsc', u32(0, 1, 1, samples, 1)),
    box('stsz', u32(0, SAMPLE_BYTES, samples)),
    box('stco', u32(0, 1, chunkOffset)),
  );
  const headers = [box('mdhd', u32(0, 0, 0, CLOCK, mediaTicks, 0)), box('hdlr', u32(0, 0), handler, Buffer.alloc(13))];
  const information = box('minf', box('dinf'), stbl);
  return box(
    'trak',
    tkhd,
    ...(edits ? [box('edts', box('elst', u32(0, edits.length), ...elst))] : []),
    box('mdia', ...(informationFirst ? [information, ...headers] : [...headers, information])),
    ...beside,
  );
}

export interface MovieOptions {
  tracks?: TrackOptions[];
  /** Duration in ticks in `mvhd`. By default that of the longest track. */
  movieTicks?: number;
  matrix?: number[];
  /** Additional boxes in `moov`: `inMoov` before the tracks, `endOfMoov` after them. */
  inMoov?: Buffer[];
  endOfMoov?: Buffer[];
  /** The first boxes of the file. By default `ftyp`. */
  front?: Buffer[];
  /** Bytes at the end of the file. */
  tail?: Buffer;
  moov?: 'first' | 'last';
  /** Builds the box that holds the media. By default `mdat`. */
  media?: (bytes: Buffer) => Buffer;
}

const FTYP = box('ftyp', 'isom', u32(512), 'isomavc1mp41');

/** By default: six seconds of H.264, 640 × 360, in an MP4 with its index first. */
export function movie(options: MovieOptions = {}): Buffer {
  const { tracks = [{}], inMoov = [], endOfMoov = [], front = [FTYP], tail = Buffer.alloc(0) } = options;
  const { matrix = MATRIX.upright, media = (bytes) => box('mdat', bytes), moov: place = 'first' } = options;
  const { movieTicks = Math.max(...tracks.map(({ seconds = 6 }) => seconds)) * CLOCK } = options;
  const moov = (offset: number) =>
    box(
      'moov',
      box('mvhd', u32(0, 0, 0, CLOCK, movieTicks, 0x10000), Buffer.alloc(12), u32(...matrix), Buffer.alloc(28)),
      ...inMoov,
      ...tracks.map((each, at) => track({ id: at + 1, ...each }, offset)),
      ...endOfMoov,
    );
  const samples = Math.max(...tracks.map((each) => each.samples ?? 10), 0);
  const mdat = media(Buffer.alloc(samples * SAMPLE_BYTES, 0x5a));
  const before = Buffer.concat(front);
  const header = mdat.length - samples * SAMPLE_BYTES;
  return place === 'first'
    ? Buffer.concat([before, moov(before.length + moov(0).length + header), mdat, tail])
    : Buffer.concat([before, mdat, moov(before.length + header), tail]);
}

/** The `mvex` box of a fragmented movie. @param fragmentTicks the movie's duration in `mehd`; no `mehd` by default */
export const mvex = (fragmentTicks?: number) =>
  box(
    'mvex',
    ...(fragmentTicks === undefined ? [] : [box('mehd', u32(0, fragmentTicks))]),
    box('trex', u32(0, 1, 1, 0, 0, 0)),
  );
export const moof = () => box('moof', box('mfhd', u32(0, 1)));
/** A segment index. @param seconds the duration of each part */
export const sidx = (trackId: number, ...seconds: number[]) =>
  box(
    'sidx',
    u32(0, trackId, CLOCK, 0, 0),
    u16(0, seconds.length),
    ...seconds.map((each) => u32(1000, each * CLOCK, 0x90000000)),
  );
