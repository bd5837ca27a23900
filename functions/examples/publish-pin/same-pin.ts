import { createHash } from 'node:crypto';
import type { Pin, PinRequest } from '../../../shared/pinterest/pin.ts';

type Words = Pick<PinRequest, 'title' | 'description' | 'link'>;

/** Pinterest may trim what it was given, and browsers write an address in more than one way. */
function wordsOf({ title = '', description = '', link = '' }: Words): string[] {
  const plain = (text: string) => text.normalize('NFC').replace(/\s+/g, ' ').trim();
  return [plain(title), plain(description), URL.canParse(link) ? new URL(link).href : plain(link)];
}

/** True when a Pin on the board may be the one that was asked for: nothing in it names the media or the upload. */
export function mayBe(pin: Pin, request: PinRequest): boolean {
  const video = pin.mediaType === undefined || pin.mediaType === 'video';
  return video && JSON.stringify(wordsOf(pin)) === JSON.stringify(wordsOf(request));
}

/** Equal for Pins that could not be told apart on the board. */
export function likeness(request: PinRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([request.boardId, ...wordsOf(request)]))
    .digest('hex');
}
