import type { MediaUploadSucceeded } from '../../../shared/events/events.ts';
import { PIN_LIMITS, type PinRequest } from '../../../shared/pinterest/pin.ts';
import { publishAtOf } from './publish-at.ts';

/** Many videos begin with a black frame. A frame at one second is rarely black. */
const DEFAULT_COVER_SECONDS = 1;

/**
 * Reads the Pin from an object's metadata: `board` (an id), and optionally `section` (an id), `title`, `description`, `link`,
 * `alt`, `cover` (the URL of a picture, or seconds into the video), and `publish_at` (when the Pin is due).
 * @returns the Pin, or one sentence for each mistake in the metadata
 */
export function pinRequestOf(
  { mediaId, object }: MediaUploadSucceeded,
  now: Date,
): { pin: PinRequest; dueAt?: string } | { problems: string[] } {
  const problems: string[] = [];
  const text = (name: string, most = Number.POSITIVE_INFINITY) => {
    const value = (object.metadata[name] ?? '').trim();
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
  if (said.link !== '' && !isWebAddress(said.link)) problems.push(`The link is not a web address: "${said.link}".`);
  const cover = coverOf(text('cover'));
  if (cover === undefined)
    problems.push('The cover must be the web address of a picture or whole seconds into the video, such as 12.');
  const publishAt = text('publish_at');
  const due: ReturnType<typeof publishAtOf> | { dueAt?: string } =
    publishAt === '' ? {} : publishAtOf(publishAt, 'publish_at', now);
  if ('problem' in due) problems.push(due.problem);
  if (problems.length > 0 || cover === undefined || 'problem' in due) return { problems };
  const texts: Partial<typeof said> = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== ''));
  return { pin: { boardId, mediaId, cover, ...texts }, ...due };
}

/** The board that an object's metadata names, valid or not. */
export function namedBoard({ object: { metadata } }: MediaUploadSucceeded): string | undefined {
  return metadata['board']?.trim() || undefined;
}

function coverOf(value: string): PinRequest['cover'] | undefined {
  if (value === '') return { keyFrameSeconds: DEFAULT_COVER_SECONDS };
  if (/^\d+$/.test(value)) return { keyFrameSeconds: Number(value) };
  return isWebAddress(value) ? { url: value } : undefined;
}

const isWebAddress = (value: string) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
