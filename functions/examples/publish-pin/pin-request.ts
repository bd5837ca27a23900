import type { MediaUploadSucceeded } from '../../../shared/events/events.ts';
import { PIN_LIMITS, type PinRequest } from '../../../shared/pinterest/pin.ts';
import { metadataText } from './metadata-text.ts';

/** A frame that is black at the very start of many videos is not at one second. */
const DEFAULT_COVER_SECONDS = 1;

/**
 * Reads from an object's metadata what its Pin is to be: `board` (an id), and if they are there `section` (an id), `title`,
 * `description`, `link`, `alt`, and `cover` (the address of a picture, or seconds into the video).
 * @returns the Pin, or everything that is wrong with the metadata, each as a sentence
 */
export function pinRequestOf({ mediaId, object }: MediaUploadSucceeded): PinRequest | { problems: string[] } {
  const problems: string[] = [];
  const text = (name: string, most = Number.POSITIVE_INFINITY) => {
    const value = metadataText(object.metadata[name] ?? '').trim();
    if ([...value].length > most)
      problems.push(`The ${name} has ${[...value].length} characters; Pinterest takes ${most}.`);
    return value;
  };
  const id = (name: string) => {
    const value = text(name);
    if (value !== '' && !/^\d+$/.test(value)) problems.push(`The ${name} must be an id, digits only, not "${value}".`);
    return value;
  };
  const boardId = id('board');
  if (boardId === '') problems.push('The metadata names no board.');
  const said = {
    boardSectionId: id('section'),
    title: text('title', PIN_LIMITS.title),
    description: text('description', PIN_LIMITS.description),
    link: text('link', PIN_LIMITS.link),
    altText: text('alt', PIN_LIMITS.altText),
  };
  if (said.link !== '' && !isWebAddress(said.link)) problems.push(`The link is no web address: "${said.link}".`);
  const cover = coverOf(text('cover'));
  if (cover === undefined)
    problems.push("The cover is neither the address of a picture nor seconds into the video: '12', for one.");
  if (problems.length > 0 || cover === undefined) return { problems };
  return { boardId, mediaId, cover, ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== '')) };
}

/** The board that an object's metadata names, be it one or not. */
export function namedBoard({ object: { metadata } }: MediaUploadSucceeded): string | undefined {
  return metadataText(metadata['board'] ?? '').trim() || undefined;
}

function coverOf(value: string): PinRequest['cover'] | undefined {
  if (value === '') return { keyFrameSeconds: DEFAULT_COVER_SECONDS };
  if (/^\d+$/.test(value)) return { keyFrameSeconds: Number(value) };
  return isWebAddress(value) ? { url: value } : undefined;
}

const isWebAddress = (value: string) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
