import type { KnownPin } from '../operations/pins.ts';

/** An instant of ISO 8601, without its milliseconds. */
export const toSeconds = (instant: string) => instant.replace(/\.\d+Z$/, 'Z');

/** Describes a Pin in one cell of a table. */
export function pinWords(pin: KnownPin | undefined): string | undefined {
  switch (pin?.state) {
    case 'waiting':
      return pin.dueAt === undefined ? 'waits for its turn' : `due ${toSeconds(pin.dueAt)}`;
    case 'published':
      return `${pin.pinId}, published ${toSeconds(pin.publishedAt)}`;
    case 'failed':
      return `failed (${pin.reason})`;
    default:
      return pin?.state;
  }
}
