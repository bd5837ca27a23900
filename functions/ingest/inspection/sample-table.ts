import { type Box, bodyOf, boxesIn, parsed } from './boxes.ts';
import type { ObjectReader } from './object-reader.ts';
import { type VideoDescription, videoDescriptions } from './video-description.ts';

/** The boxes of a track's tables. */
export interface SampleTable {
  /** Number of samples in each chunk. */
  stsc?: Box;
  /** Bytes of each sample. */
  stsz?: Box;
  /** Offsets of the chunks, 32 bits each. */
  stco?: Box;
  /** Offsets of the chunks, 64 bits each. */
  co64?: Box;
}

/** Most videos have one entry for all their frames. A table with more entries than this is not read. */
const MAX_TIME_ENTRIES = 256;
const MAX_SAMPLES_OF_A_CHUNK = 2048;

/**
 * @returns ticks: the duration of all samples in units of the track's timescale; undefined unless a video track has a
 * table that is short enough to read
 */
export async function readSampleTable(
  reader: ObjectReader,
  stbl: Box,
  video: boolean,
): Promise<{ table: SampleTable; descriptions: VideoDescription[]; ticks: number | undefined }> {
  const { boxes } = await boxesIn(reader, stbl.body);
  const find = (type: string) => boxes.find((box) => box.type === type);
  const table = { stsc: find('stsc'), stsz: find('stsz'), stco: find('stco'), co64: find('co64') };
  const [stsd, stts] = [find('stsd'), find('stts')];
  const descriptions = video && stsd ? await videoDescriptions(reader, stsd) : [];
  return { table, descriptions, ticks: video && stts ? await ticksOf(reader, stts) : undefined };
}

async function ticksOf(reader: ObjectReader, stts: Box): Promise<number | undefined> {
  const count = parsed4(await bodyOf(reader, stts, 8), 4);
  if (count > MAX_TIME_ENTRIES) return undefined;
  const body = await bodyOf(reader, stts, 8 + count * 8);
  if (body.length < 8 + count * 8) return undefined;
  let ticks = 0;
  for (let entry = 0; entry < count; entry++)
    ticks += body.readUInt32BE(8 + entry * 8) * body.readUInt32BE(12 + entry * 8);
  return ticks;
}

const parsed4 = (body: Buffer, at: number) => parsed(() => body.readUInt32BE(at)) ?? Number.POSITIVE_INFINITY;

/**
 * The offset at which the last chunk of a track ends. A shorter file has lost some of its media.
 * Reads the last entry of each table, and the sizes of the samples in the last chunk.
 * @returns a byte offset; the start of the chunk when its size is unknown; undefined when the tables do not say
 */
export async function endOfLastChunk(reader: ObjectReader, table: SampleTable): Promise<number | undefined> {
  const offset = await lastChunkOffset(reader, table);
  if (offset === undefined) return undefined;
  return offset + ((await sizeOfLastChunk(reader, table)) ?? 0);
}

/** @returns the last entry of a table with a version, a count and entries of one size */
async function lastEntry(reader: ObjectReader, box: Box | undefined, entryBytes: number): Promise<Buffer | undefined> {
  if (!box) return undefined;
  const count = parsed4(await bodyOf(reader, box, 8), 4);
  const end = box.body.start + 8 + count * entryBytes;
  if (count === 0 || end > box.body.end || end > reader.size) return undefined;
  return reader.bytes(end - entryBytes, end);
}

async function lastChunkOffset(reader: ObjectReader, { stco, co64 }: SampleTable): Promise<number | undefined> {
  const short = await lastEntry(reader, stco, 4);
  if (short) return short.readUInt32BE(0);
  const long = await lastEntry(reader, co64, 8);
  return long && Number(long.readBigUInt64BE(0));
}

async function sizeOfLastChunk(reader: ObjectReader, { stsc, stsz }: SampleTable): Promise<number | undefined> {
  const run = await lastEntry(reader, stsc, 12);
  if (!run || !stsz) return undefined;
  const samples = run.readUInt32BE(4);
  const header = await bodyOf(reader, stsz, 12);
  const [each, count] = [parsed4(header, 4), parsed4(header, 8)];
  if (samples > MAX_SAMPLES_OF_A_CHUNK || samples > count || !Number.isFinite(count)) return undefined;
  if (each !== 0) return samples * each;
  const end = stsz.body.start + 12 + count * 4;
  if (end > stsz.body.end || end > reader.size) return undefined;
  const sizes = await reader.bytes(end - samples * 4, end);
  let bytes = 0;
  for (let at = 0; at < sizes.length; at += 4) bytes += sizes.readUInt32BE(at);
  return bytes;
}
