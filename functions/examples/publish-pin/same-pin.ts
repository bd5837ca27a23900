import { createHash } from 'node:crypto';
import type { Pin, PinRequest } from '../../../shared/pinterest/pin.ts';

type Words = Pick<PinRequest, 'title' | 'description' | 'link'>;

/** The Pin's texts, normalized: Pinterest may trim text, and one address can be written in several ways. */
function wordsOf({ title = '', description = '', link = '' }: Words): string[] {
  const plain = (text: string) => text.normalize('NFC').replace(/\s+/g, ' ').trim();
  return [plain(title), plain(description), URL.canParse(link) ? new URL(link).href : plain(link)];
}

/**
 * True when a Pin on the board may be the requested one. Only its texts can show this: a Pin names neither its media
 * nor its upload.
 */
export function mayBe(pin: Pin, request: Words): boolean {
  const video = pin.mediaType === undefined || pin.mediaType === 'video';
  return video && JSON.stringify(wordsOf(pin)) === JSON.stringify(wordsOf(request));
}

/** A hash that is equal for Pins that look the same on the board. */
export function likeness(request: Words & Pick<PinRequest, 'boardId'>): string {
  return createHash('sha256')
    .update(JSON.stringify([request.boardId, ...wordsOf(request)]))
    .digest('hex');
}

/** The Pins on the Pin's board that may be the requested one. */
export async function lookAlikes(
  pin: Words & { boardId: string },
  { boardPins }: { boardPins: (boardId: string) => AsyncIterable<Pin> },
): Promise<Pin[]> {
  const alike: Pin[] = [];
  for await (const each of boardPins(pin.boardId)) if (mayBe(each, pin)) alike.push(each);
  return alike;
}
