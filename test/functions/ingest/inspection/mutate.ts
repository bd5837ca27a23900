import fc from 'fast-check';
import { inspectVideo, type Verdict } from '../../../../functions/ingest/inspection/inspect-video.ts';
import { countedObject } from './counted-object.ts';

/** The place of a mutation: a fraction of the file's length, or the number of a box. */
type Place = { share: number } | { box: number };

export type Mutation =
  | { kind: 'byte'; place: Place; value: number }
  /** `length` replaces the length of a box, `count` the entry count of a table. */
  | { kind: 'length'; place: Place; value: number }
  | { kind: 'count'; place: Place; value: number }
  /** Replaces the type of a box by the type of another box. */
  | { kind: 'type'; place: Place }
  | { kind: 'cut'; place: Place }
  | { kind: 'insert'; place: Place; bytes: Uint8Array };

const NUMBERS = [0, 1, 7, 8, 16, 0xff, 0xffff, 0x00ffffff, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff];

const place = (): fc.Arbitrary<Place> =>
  fc.oneof(fc.record({ share: fc.double({ min: 0, max: 1, noNaN: true }) }), {
    weight: 3,
    arbitrary: fc.record({ box: fc.nat(10_000) }),
  });
const number = () => fc.oneof(fc.constantFrom(...NUMBERS), fc.nat(0xffffffff));

/** One to eight mutations for one file. */
export const mutations = (): fc.Arbitrary<Mutation[]> =>
  fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('byte' as const), place: place(), value: fc.nat(255) }),
      fc.record({ kind: fc.constant('length' as const), place: place(), value: number() }),
      fc.record({ kind: fc.constant('count' as const), place: place(), value: number() }),
      fc.record({ kind: fc.constant('type' as const), place: place() }),
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), place: place() }) },
      fc.record({ kind: fc.constant('insert' as const), place: place(), bytes: fc.uint8Array({ maxLength: 40 }) }),
    ),
    { minLength: 1, maxLength: 8 },
  );

const BOX =
  /ftyp|moov|mvhd|trak|tkhd|edts|elst|mdia|mdhd|hdlr|minf|stbl|stsd|stts|ctts|stsc|stsz|stco|mvex|moof|mdat|free|udta|avc1|hvc1|avcC|pasp|btrt|esds|sidx/g;

/** Offsets of everything that looks like the type of a box. */
const typesIn = (bytes: Buffer) => [...bytes.toString('latin1').matchAll(BOX)].map(({ index }) => index);

export function mutate(file: Buffer, changes: Mutation[]): Buffer {
  const types = typesIn(file);
  let bytes: Buffer = Buffer.from(file);
  for (const change of changes) {
    if (bytes.length < 24) break;
    const { place: where } = change;
    const wanted = 'box' in where ? (types[where.box % types.length] ?? 4) : Math.floor(where.share * bytes.length);
    const at = Math.max(4, Math.min(wanted, bytes.length - 16));
    bytes = changed(bytes, change, at, file.subarray(types[at % types.length] ?? 4));
  }
  return bytes;
}

/** @param at the offset of a box type, or any other offset with 4 bytes before it and 12 bytes from it on */
function changed(bytes: Buffer, change: Mutation, at: number, otherType: Buffer): Buffer {
  switch (change.kind) {
    case 'byte':
      bytes[at + 4] = change.value;
      return bytes;
    case 'length':
      bytes.writeUInt32BE(change.value, at - 4);
      return bytes;
    case 'count':
      bytes.writeUInt32BE(change.value, at + 8);
      return bytes;
    case 'type':
      otherType.copy(bytes, at, 0, 4);
      return bytes;
    case 'cut':
      return bytes.subarray(0, at);
    case 'insert':
      return Buffer.concat([bytes.subarray(0, at), change.bytes, bytes.subarray(at)]);
  }
}

const MAX_CPU_SECONDS = 1;
const MAX_READS = 100;
const MAX_BYTES = 512 * 1024;

/** Inspects a file. @returns problem: the error that was thrown, or the limit that was exceeded */
export async function outcomeOf(bytes: Buffer): Promise<{ verdict?: Verdict; cpuSeconds: number; problem?: string }> {
  const object = countedObject(bytes);
  const before = process.cpuUsage();
  let verdict: Verdict | undefined;
  let problem: string | undefined;
  try {
    verdict = await inspectVideo(object);
  } catch (error) {
    problem = `it throws ${(error as Error).stack}`;
  }
  const { user, system } = process.cpuUsage(before);
  const cpuSeconds = (user + system) / 1e6;
  if (cpuSeconds > MAX_CPU_SECONDS) problem = `it takes ${cpuSeconds} s`;
  if (object.reads.length > MAX_READS || object.bytesRead > MAX_BYTES)
    problem = `it makes ${object.reads.length} reads of ${object.bytesRead} bytes`;
  return { verdict, cpuSeconds, problem };
}
