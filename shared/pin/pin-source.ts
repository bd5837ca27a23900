import { isPictureName, mistypedField, PIN_FIELDS, type PinField, pinFieldOf } from './pin-fields.ts';

/** One place that describes Pins, such as a sidecar. */
export interface PinSource {
  /** Begins the sentence about a mistake, such as `The sidecar's`. */
  owner: string;
  /** Values by name, as the place has them. */
  values: Readonly<Record<string, unknown>>;
  /**
   * `strict`: every unknown name is a mistake. `typos`: only a name that looks like a mistyped field is one; the others
   * are the user's own data. `lenient`: unknown names are ignored.
   */
  names: 'strict' | 'typos' | 'lenient';
  /** True for values that were written for many drops. A cover image beside the video overrides their cover. */
  isDefault?: boolean;
}

/** What a place says about a field. */
export interface SaidValue {
  /** The name that the place uses. */
  name: string;
  /** Empty when the place says that the Pin has none. */
  text: string;
  /** True when the value is not text, which is reported. */
  isWrong: boolean;
}

/** Values and names in a sentence are cut to this many characters. */
const LONGEST_QUOTE = 60;
export const quote = (text: string): string =>
  `"${text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text}"`;

/**
 * The fields that a place has.
 * @param problems receives a sentence for each name that is unknown or conflicts, and each value that is not text
 */
export function saidBy({ owner, values, names }: PinSource, problems: string[]): Map<PinField, SaidValue> {
  const said = new Map<PinField, SaidValue>();
  for (const [name, value] of Object.entries(flat(values))) {
    const field = pinFieldOf(name);
    const problem = field === undefined ? unknownName(name, names) : keep(said, field, name, value);
    if (problem) problems.push(`${owner} ${quote(name)} ${problem}`);
  }
  return said;
}

/** The values, with those of `media_source`, the object in which Pinterest's API has the cover. */
function flat(values: PinSource['values']): Record<string, unknown> {
  const { media_source: source, ...others } = values;
  if (typeof source !== 'object' || source === null) return values;
  const covers = Object.entries(source).filter(([name]) => pinFieldOf(name) === 'cover' || isPictureName(name));
  return { ...others, ...Object.fromEntries(covers) };
}

/** @returns what is wrong with the value */
function keep(said: Map<PinField, SaidValue>, field: PinField, name: string, value: unknown): string | undefined {
  const { text = '', problem } = textOf(value);
  const other = said.get(field);
  if (other === undefined || (other.text === '' && !other.isWrong))
    said.set(field, { name, text, isWrong: problem !== undefined });
  else if (text !== '' && text !== other.text && !other.isWrong)
    return `and ${quote(other.name)} are the same field with different values.`;
  return problem;
}

function unknownName(name: string, names: PinSource['names']): string | undefined {
  if (isPictureName(name))
    return 'is not read: put the picture beside the video, such as clip.mp4.jpg for the cover of clip.mp4.';
  const meant = names === 'lenient' ? undefined : mistypedField(name);
  if (meant !== undefined) return `is not a field of a Pin: write ${quote(meant)}, or give your own data another name.`;
  return names === 'strict' ? `is not a field of a Pin: the fields are ${DOCUMENTED.join(', ')}.` : undefined;
}

const DOCUMENTED = Object.values(PIN_FIELDS).map(([name]) => name);

function textOf(value: unknown): { text?: string; problem?: string } {
  if (value === null || value === undefined) return { text: '' };
  if (typeof value === 'string') return { text: value.trim() };
  // JSON.parse rounds longer numbers, such as the ids of boards.
  if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER)
    return { problem: 'is a number with too many digits for JSON: put it in quotes.' };
  if (typeof value === 'number') return { text: String(value) };
  const kind = Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : String(value);
  return { problem: `must be text, not ${kind}.` };
}
