import { distance } from 'fastest-levenshtein';

/**
 * The names of everything that a drop can say about its Pin: ours first, then those of Pinterest's API (pins_create).
 * Upper and lower case, `-` and `_` do not matter: `altText` and `alt-text` are `alt_text`.
 */
export const PIN_FIELDS = {
  board: ['board', 'board_id', 'board_name'],
  section: ['section', 'section_id', 'section_name', 'board_section', 'board_section_id'],
  title: ['title'],
  description: ['description'],
  link: ['link'],
  altText: ['alt', 'alt_text'],
  cover: ['cover', 'cover_url', 'cover_seconds', 'cover_image_url', 'cover_image_key_frame_time'],
  dominantColor: ['dominant_color'],
  publishAt: ['publish_at'],
} as const;

export type PinField = keyof typeof PIN_FIELDS;

/** Names of Pinterest's API that carry a picture as text. Pindrop reads the picture from a file beside the video. */
const PICTURE_NAMES = ['cover_image_data', 'cover_image_content_type'];

const plain = (name: string) => name.toLowerCase().replaceAll(/[-_\s]/g, '');

const FIELDS = new Map<string, PinField>(
  Object.entries(PIN_FIELDS).flatMap(([field, names]) => names.map((name) => [plain(name), field as PinField])),
);
const PICTURES = new Set(PICTURE_NAMES.map(plain));

/** @returns undefined when the name is not one of a Pin's fields */
export const pinFieldOf = (name: string): PinField | undefined => FIELDS.get(plain(name));

export const isPictureName = (name: string): boolean => PICTURES.has(plain(name));

/** Shorter names resemble too many words. */
const SHORTEST_JUDGED = 5;

/**
 * The field that a name was probably meant to be: the name differs in one letter (two in a long name), or in the order
 * of its letters. Names of fewer than five letters are never taken for a mistake.
 * @returns the name as the documentation spells it
 */
export function mistypedField(name: string): string | undefined {
  const written = plain(name);
  if (written.length < SHORTEST_JUDGED || FIELDS.has(written)) return undefined;
  for (const known of Object.values(PIN_FIELDS).flat()) {
    const right = plain(known);
    if (right.length < SHORTEST_JUDGED) continue;
    const apart = distance(written, right);
    const swapped = apart === 2 && letters(written) === letters(right);
    if (apart <= (right.length < 8 ? 1 : 2) || swapped) return known;
  }
  return undefined;
}

const letters = (word: string) => [...word].sort().join('');
