import { PIN_LIMITS } from '../pinterest/pin.ts';
import { PIN_FIELDS, type PinField } from './pin-fields.ts';
import { type PinSource, quote, type SaidValue, saidBy } from './pin-source.ts';
import { publishAtOf } from './publish-at.ts';

/** A cover that the description names. */
export type DescribedCover = { url: string } | { keyFrameSeconds: number };

/** The Pin that a drop describes. Every field is valid; only Pinterest knows whether the board exists. */
export interface PinDescription {
  /** Name or id. */
  board?: string;
  /** Name or id. */
  section?: string;
  title?: string;
  description?: string;
  link?: string;
  altText?: string;
  dominantColor?: string;
  /** ISO 8601, UTC: the time of `publish_at`. */
  dueAt?: string;
  /** The cover that was named for this drop. */
  cover?: DescribedCover;
  /** The cover for when the drop names none and has no cover image beside the video. */
  defaultCover?: DescribedCover;
}

export interface DescribedPin {
  pin: PinDescription;
  /** One sentence for each mistake. */
  problems: string[];
  /** False when no place has a board, not even a wrong one. */
  namesBoard: boolean;
}

/**
 * Describes a Pin from several places. For each field the first place that has it decides; an empty value or null
 * there means that the Pin has none.
 * @param sources the most specific place first
 * @returns the valid fields, and one sentence for each mistake in a value that counts
 */
export function describePin(sources: readonly PinSource[], now: Date): DescribedPin {
  const problems: string[] = [];
  const pin: PinDescription = {};
  const places = sources.map((source) => ({ source, said: saidBy(source, problems) }));
  const placeOf = (field: PinField) => places.findIndex(({ said }) => said.has(field));
  const boardPlace = placeOf('board');
  for (const field of Object.keys(PIN_FIELDS) as PinField[]) {
    const place = placeOf(field);
    // A section belongs to a board: a default section must not follow a drop to another board.
    if (field === 'section' && boardPlace !== -1 && boardPlace < place) continue;
    const { source, said } = places[place] ?? {};
    const value = said?.get(field);
    if (source === undefined || value === undefined || value.text === '') continue;
    const read = readField(field, value.text, now, source.isDefault);
    if ('problem' in read) problems.push(`${source.owner} ${quote(value.name)} ${read.problem}`);
    else Object.assign(pin, read);
  }
  return { pin, problems, namesBoard: isNamed(places[boardPlace]?.said.get('board')) };
}

const isNamed = (board: SaidValue | undefined) => board !== undefined && (board.isWrong || board.text !== '');

function readField(field: PinField, text: string, now: Date, isDefault = false): PinDescription | { problem: string } {
  if (field === 'publishAt') return publishAtOf(text, now);
  if (field === 'cover') {
    const cover = coverOf(text);
    if (cover !== undefined) return isDefault ? { defaultCover: cover } : { cover };
    return {
      problem: `must be whole seconds into the video, such as 12, or the web address of a picture, not ${quote(text)}.`,
    };
  }
  const problem = problemOf(field, text);
  return problem === undefined ? { [field]: text } : { problem };
}

function problemOf(field: PinField, text: string): string | undefined {
  const most = field in PIN_LIMITS ? PIN_LIMITS[field as keyof typeof PIN_LIMITS] : undefined;
  const length = [...text].length;
  if (most !== undefined && length > most) return `has ${length} characters; Pinterest accepts ${most}.`;
  if (field === 'link' && !isWebAddress(text)) return `is not a web address: ${quote(text)}.`;
  if (field === 'dominantColor' && !/^#[0-9a-f]{6}$/i.test(text))
    return `must be a color such as #6E7874, not ${quote(text)}.`;
  return undefined;
}

function coverOf(text: string): DescribedCover | undefined {
  if (/^\d{1,6}$/.test(text)) return { keyFrameSeconds: Number(text) };
  return isWebAddress(text) ? { url: text } : undefined;
}

const isWebAddress = (text: string) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
