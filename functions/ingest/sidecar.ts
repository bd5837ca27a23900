import type { DroppedObject, Sidecar } from '../../shared/events/events.ts';
import { sidecarKeyOf } from '../../shared/upload/companion-keys.ts';
import { exactBytes } from '../../shared/upload/size-words.ts';
import type { DropSource } from './drop-source.ts';

/**
 * The largest sidecar, in bytes of UTF-8: as it is stored, and as the event contains it. An execution's payload holds
 * the sidecar twice, in the record and in the final event, and Step Functions takes 256 KiB.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
const MAX_SIDECAR_BYTES = 32 * 1024;

/** Objects and arrays in each other. Services on the event's way refuse deeper JSON. */
const MAX_DEPTH = 32;

/** Neither property is set when the video has no sidecar. */
export interface ReadSidecar {
  sidecar?: Sidecar;
  /** A sentence that names the sidecar and says what is wrong with it. */
  problem?: string;
}

/**
 * Reads the JSON object that lies beside a video, as `<video>.json`.
 * @throws SourceError when S3 does not answer or does not hand the sidecar out
 */
export async function readSidecar(video: DroppedObject, source: Pick<DropSource, 'readSidecar'>): Promise<ReadSidecar> {
  const key = sidecarKeyOf(video.key);
  const start = key === undefined ? undefined : await source.readSidecar(video, key, MAX_SIDECAR_BYTES + 1);
  if (start === undefined) return {};
  const { sidecar, problem } = start.size > MAX_SIDECAR_BYTES ? tooLarge(start.size) : parsedSidecar(start.bytes);
  return problem === undefined ? { sidecar } : { problem: `The sidecar ${key} ${problem}.` };
}

const tooLarge = (bytes: number): ReadSidecar => ({
  problem: `has ${exactBytes(bytes)}; at most ${exactBytes(MAX_SIDECAR_BYTES)} are allowed`,
});

function parsedSidecar(bytes: Uint8Array): ReadSidecar {
  if (bytes.length === 0) return { problem: 'is empty; it must be a JSON object' };
  let text: string;
  try {
    // The decoder removes a byte order mark.
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { problem: `is ${isUtf16(bytes) ? 'UTF-16' : 'not UTF-8'}; it must be a JSON object in UTF-8` };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: `is not JSON: ${complaintOf(error as SyntaxError)}` };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { problem: `is JSON, but ${kindOf(value)} and not an object` };
  }
  const problem = problemIn(value, []);
  if (problem !== undefined) return { problem };
  // Numbers can become longer: 1e15 has 16 digits.
  const written = Buffer.byteLength(JSON.stringify(value));
  return written > MAX_SIDECAR_BYTES ? tooLarge(written) : { sidecar: value as Sidecar };
}

const isUtf16 = ([first, second]: Uint8Array) =>
  (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);

/** V8's message, which has the line and column or quotes the place, without line breaks. */
const complaintOf = ({ message }: SyntaxError) =>
  message
    .replace(/ (in JSON|is not valid JSON)\b/, '')
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, 200);

const kindOf = (value: unknown) => (Array.isArray(value) ? 'an array' : value === null ? 'null' : `a ${typeof value}`);

/**
 * Finds what would not arrive in the event as it was written.
 * @param path the names and indexes that lead to the value
 */
function problemIn(value: unknown, path: string[]): string | undefined {
  if (typeof value === 'number' && !isExact(value)) {
    return `has a number at ${placeOf(path)} that JSON readers round; put it in quotes`;
  }
  if (typeof value === 'string' && !value.isWellFormed()) return halfCharacter(path);
  if (typeof value !== 'object' || value === null) return undefined;
  if (path.length >= MAX_DEPTH) return `is nested deeper than ${MAX_DEPTH} levels`;
  for (const [name, each] of Object.entries(value)) {
    if (!name.isWellFormed()) return halfCharacter([...path, name]);
    const problem = problemIn(each, [...path, name]);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Long ids lose their last digits as a JavaScript number, and numbers that are too large become `null`. */
const isExact = (value: number) => Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));

const halfCharacter = (path: string[]) => `has half of a character (a lone surrogate) at ${placeOf(path)}`;

const placeOf = (path: string[]) =>
  path
    .join('.')
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, 200);
