import type { Version, VersionStore } from './version-store.ts';

export interface WalkOptions {
  prefix: string;
  /** Keys that have it after the prefix are only counted as what they have in common up to it; empty for none. */
  delimiter: string;
  /** The key or common prefix after which to begin; empty for the beginning. */
  after: string;
  /** Whether keys count whose newest version is a delete marker. */
  deleted: boolean;
}

/** Each key with its newest version, or several keys' common prefix. */
export type WalkItem = { key: string; newest: Version; commonPrefix?: undefined } | { commonPrefix: string };

/** A bucket's keys in S3's order. Each step is one look into the index, however many keys there are. */
export function* walkKeys(
  versions: VersionStore,
  bucket: string,
  { prefix, delimiter, after, deleted }: WalkOptions,
): Generator<WalkItem, void, undefined> {
  const common = (key: string) => {
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    return at === -1 || !key.startsWith(prefix) ? undefined : key.slice(0, at + delimiter.length);
  };
  let [last, from] = [after, prefix];
  // A page that ended with a common prefix goes on behind everything that it stands for.
  if (after !== '' && common(after) === after) from = successor(after);
  for (;;) {
    const newest = versions.next(bucket, last, from);
    if (!newest?.key.startsWith(prefix)) return;
    last = newest.key;
    if (newest.deleteMarker && !deleted) continue;
    const commonPrefix = common(newest.key);
    if (commonPrefix === undefined) {
      yield { key: newest.key, newest };
    } else {
      yield { commonPrefix };
      from = successor(commonPrefix);
    }
  }
}

/** The first text, in the order of code points, that comes after every text with this beginning. */
export function successor(text: string): string {
  const points = Array.from(text);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const point = last.codePointAt(0) ?? 0;
    if (point === 0x10ffff) continue;
    // Surrogates are not characters.
    return points.join('') + String.fromCodePoint(point === 0xd7ff ? 0xe000 : point + 1);
  }
  return '\u{10ffff}'.repeat(300);
}
