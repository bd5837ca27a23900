import { type Box, bodyOf, boxesIn, parsed, type Span } from './boxes.ts';
import type { ObjectReader } from './object-reader.ts';
import { readSampleTable, type SampleTable } from './sample-table.ts';
import { type Orientation, orientationOf, type VideoDescription } from './video-description.ts';

/** The contents of a file's index (`moov`), header by header. Sample tables are not loaded. */
export interface MovieIndex {
  /** Duration of the whole movie in seconds, from `mvhd`. */
  duration?: number;
  /** Duration of all fragments in seconds, from `mehd`. */
  fragmentsDuration?: number;
  /** True when fragments may follow: the durations in the index may describe only the first part. */
  fragmented: boolean;
  tracks: Track[];
  /** True when every track was found and its kind is known. */
  complete: boolean;
}

export interface Track {
  kind: 'video' | 'other' | 'unknown';
  id?: number;
  /** Durations in seconds, one from each header: `mdhd`, `tkhd`, the edit list, the sample table. */
  durations: number[];
  /** The durations from the edit list only. */
  edits: number[];
  descriptions: VideoDescription[];
  table: SampleTable;
  /** True when the track's box extends beyond the end of the file. */
  cut: boolean;
}

/** Kinds of tracks that are certainly not the video. @see https://mp4ra.org/registered-types/handlers */
const OTHER_HANDLERS = new Set('soun tmcd text sbtl subt clcp meta hint sdsm odsm mp7s chap camm'.split(' '));
const MAX_TRACKS = 64;
const MAX_EDITS = 64;

/** @param moov the body of the `moov` box */
export async function movieIndex(reader: ObjectReader, moov: Span): Promise<MovieIndex> {
  const { boxes, whole } = await boxesIn(reader, moov);
  const header = await movieHeader(reader, boxes);
  const traks = boxes.filter(({ type }) => type === 'trak');
  const index: MovieIndex = {
    duration: header.duration,
    fragmented: false,
    tracks: [],
    // A compressed index (`cmov`) or references to other movies (`rmra`) hide tracks.
    complete: whole && traks.length <= MAX_TRACKS && !boxes.some(({ type }) => type === 'cmov' || type === 'rmra'),
  };
  const mvex = boxes.find(({ type }) => type === 'mvex');
  if (mvex) {
    index.fragmented = true;
    index.fragmentsDuration = await fragmentsDuration(reader, mvex, header.timescale);
  }
  for (const trak of traks.slice(0, MAX_TRACKS)) {
    const track = await readTrack(reader, trak, header);
    index.tracks.push(track);
    if (track.kind === 'unknown') index.complete = false;
  }
  return index;
}

interface MovieHeader {
  duration?: number;
  timescale?: number;
  /** Undefined when it is not known. */
  orientation: Orientation | undefined;
}

async function movieHeader(reader: ObjectReader, boxes: Box[]): Promise<MovieHeader> {
  const box = boxes.find(({ type }) => type === 'mvhd');
  if (!box) return { orientation: 'upright' };
  const body = await bodyOf(reader, box, 120);
  return { ...parsed(() => timeHeader(body)), orientation: parsed(() => orientationOf(body, body[0] === 1 ? 48 : 36)) };
}

/** Reads the fields at the start of `mvhd` and `mdhd`, which have the same layout. */
function timeHeader(body: Buffer): { timescale?: number; duration?: number } {
  const long = body[0] === 1;
  const timescale = body.readUInt32BE(long ? 20 : 12);
  if (timescale === 0) return {};
  const ticks = long ? ticks64(body, 24) : ticks32(body, 16);
  return { timescale, duration: seconds(ticks, timescale) };
}

/** The value with all bits set means "unknown". Writers that do not know the duration also write zero. */
const ticks32 = (body: Buffer, at: number) => body.readUInt32BE(at) % 0xffffffff;
const ticks64 = (body: Buffer, at: number) => {
  const ticks = body.readBigUInt64BE(at);
  return ticks === 0xffffffffffffffffn ? 0 : Number(ticks);
};
const seconds = (ticks: number, timescale: number | undefined) =>
  timescale === undefined || ticks === 0 ? undefined : ticks / timescale;

async function fragmentsDuration(reader: ObjectReader, mvex: Box, timescale?: number): Promise<number | undefined> {
  const { boxes } = await boxesIn(reader, mvex.body);
  const box = boxes.find(({ type }) => type === 'mehd');
  if (!box) return undefined;
  const body = await bodyOf(reader, box, 12);
  return parsed(() => seconds(body[0] === 1 ? ticks64(body, 4) : ticks32(body, 4), timescale));
}

async function readTrack(reader: ObjectReader, trak: Box, movie: MovieHeader): Promise<Track> {
  const { boxes } = await boxesIn(reader, trak.body);
  const find = (type: string) => boxes.find((box) => box.type === type);
  const track: Track = {
    kind: 'unknown',
    durations: [],
    edits: [],
    descriptions: [],
    table: {},
    cut: trak.body.end > reader.size,
  };
  const tkhd = find('tkhd');
  const header = tkhd ? await bodyOf(reader, tkhd, 100) : Buffer.alloc(0);
  const long = header[0] === 1;
  track.id = parsed(() => header.readUInt32BE(long ? 20 : 12));
  add(
    track,
    parsed(() => seconds(long ? ticks64(header, 28) : ticks32(header, 20), movie.timescale)),
  );
  const edits = find('edts');
  if (edits) track.edits = await editedDurations(reader, edits, movie.timescale);
  track.durations.push(...track.edits);
  const mdia = find('mdia');
  if (mdia) await readMedia(reader, mdia, track);
  if (track.kind !== 'video') return track;

  const orientation = parsed(() => orientationOf(header, long ? 52 : 40));
  const shown = parsed(() => fixedSize(header, long ? 88 : 76));
  const clean = await cleanAperture(reader, find('tapt'));
  for (const description of track.descriptions) {
    for (const shape of [shown, clean]) if (shape) description.shapes.push(shape);
    if (orientation === undefined || movie.orientation === undefined) description.shapes = [];
    else if (orientation !== movie.orientation)
      description.shapes = description.shapes.map(({ width, height }) => ({ width: height, height: width }));
  }
  return track;
}

const add = (track: Track, duration: number | undefined) => {
  if (duration !== undefined) track.durations.push(duration);
};

async function readMedia(reader: ObjectReader, mdia: Box, track: Track): Promise<void> {
  const { boxes } = await boxesIn(reader, mdia.body);
  const find = (type: string) => boxes.find((box) => box.type === type);
  const [mdhd, hdlr, minf] = [find('mdhd'), find('hdlr'), find('minf')];
  const header = mdhd ? await bodyOf(reader, mdhd, 40) : Buffer.alloc(0);
  const { timescale, duration } = parsed(() => timeHeader(header)) ?? {};
  add(track, duration);
  const handler = hdlr ? (await bodyOf(reader, hdlr, 12)).toString('latin1', 8, 12) : '';
  if (handler === 'vide') track.kind = 'video';
  else if (OTHER_HANDLERS.has(handler)) track.kind = 'other';
  if (!minf) return;
  const stbl = (await boxesIn(reader, minf.body)).boxes.find(({ type }) => type === 'stbl');
  if (!stbl) return;
  const { table, descriptions, ticks } = await readSampleTable(reader, stbl, track.kind === 'video');
  track.table = table;
  track.descriptions = descriptions;
  add(track, seconds(ticks ?? 0, timescale));
}

/**
 * The playing time of an edit list, without its gaps and with them.
 * @returns an empty array when the list does not say, for example when an edit has no length
 */
async function editedDurations(reader: ObjectReader, edts: Box, timescale?: number): Promise<number[]> {
  const box = (await boxesIn(reader, edts.body)).boxes.find(({ type }) => type === 'elst');
  if (!box || timescale === undefined) return [];
  const body = await bodyOf(reader, box, 8 + MAX_EDITS * 20);
  return parsed(() => editsOf(body).map((ticks) => ticks / timescale)) ?? [];
}

function editsOf(body: Buffer): number[] {
  const long = body[0] === 1;
  const count = body.readUInt32BE(4);
  if (count === 0 || count > MAX_EDITS) return [];
  let [played, gaps] = [0, 0];
  for (let edit = 0; edit < count; edit++) {
    const at = 8 + edit * (long ? 20 : 12);
    const ticks = long ? ticks64(body, at) : ticks32(body, at);
    const from = long ? body.readBigInt64BE(at + 8) : BigInt(body.readInt32BE(at + 4));
    if (from === -1n) gaps += ticks;
    else if (ticks === 0) return [];
    else played += ticks;
  }
  return played === 0 ? [] : [played, played + gaps];
}

/** Reads a width and a height, both 16.16 fixed-point numbers. */
function fixedSize(body: Buffer, at: number) {
  const [width, height] = [body.readUInt32BE(at) / 65536, body.readUInt32BE(at + 4) / 65536];
  return width > 0 && height > 0 ? { width, height } : undefined;
}

/** The size at which QuickTime shows a track. @see QuickTime File Format, track aperture mode dimensions atom */
async function cleanAperture(reader: ObjectReader, tapt: Box | undefined) {
  const clef = tapt && (await boxesIn(reader, tapt.body)).boxes.find(({ type }) => type === 'clef');
  if (!clef) return undefined;
  const body = await bodyOf(reader, clef, 12);
  return parsed(() => fixedSize(body, 4));
}
