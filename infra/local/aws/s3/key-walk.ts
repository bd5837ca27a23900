import type { Version, VersionStore } from './version-store.ts';

export interface WalkOptions {
  prefix: string;
  /** Keys that contain the delimiter after the prefix are grouped into common prefixes; empty for no grouping. */
  delimiter: string;
  /** The key or common prefix after which to start; empty to start with the first key. */
  after: string;
  /** Whether to include keys whose newest version is a delete marker. */
  deleted: boolean;
}

/** A key with its newest version, or a common prefix that stands for several keys. */
export type WalkItem = { key: string; newest: Version; commonPrefix?: undefined } | { commonPrefix: string };

/** Iterates over a bucket's keys in S3's order. Each step is one index lookup, whatever the number of keys. */
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
  // When the last page ended with a common prefix, continue after all keys with this prefix.
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

/** The first string, in code point order, that sorts after every string with this prefix. */
export function successor(text: string): string {
  const points = Array.from(text);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const point = last.codePointAt(0) ?? 0;
    if (point === 0x10ffff) continue;
    // Skip the surrogates (U+D800 to U+DFFF): they are not characters.
    return points.join('') + String.fromCodePoint(point === 0xd7ff ? 0xe000 : point + 1);
  }
  return '\u{10ffff}'.repeat(300);
}
