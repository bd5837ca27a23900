import type { DropFilter } from '../shared/upload/drop-filter.ts';

/** The part of a filter that the settings `prefix`, `suffixes` and `accounts` determine. */
export type KeyFilter = Pick<DropFilter, 'prefixes' | 'suffixes'>;

/** Prefix of the state machine's tags that hold the filter. A number follows. */
const FILTER_TAG_PREFIX = 'pindrop-filter:';

/** The most characters of a tag's value. @see Step Functions, Tagging state machines */
const LONGEST_VALUE = 256;

const EVERY_KEY: KeyFilter = { prefixes: [''], suffixes: [] };

/**
 * The tags of the state machine from which the operator's command learns which keys are ignored. A tag's value may not
 * contain the characters of JSON, and is short: so the filter is encoded as base64 and divided among several tags.
 * @returns the values by their names; nothing for a filter that accepts every key
 */
export function tagsOfFilter({ prefixes, suffixes }: KeyFilter): Record<string, string> {
  if (prefixes.includes('') && suffixes.length === 0) return {};
  const encoded = Buffer.from(JSON.stringify({ prefixes, suffixes } satisfies KeyFilter)).toString('base64');
  const parts = encoded.match(new RegExp(`.{1,${LONGEST_VALUE}}`, 'g')) ?? [];
  return Object.fromEntries(parts.map((part, at) => [`${FILTER_TAG_PREFIX}${at}`, part]));
}

/** @param tags all tags of a state machine, in any order */
export function filterOfTags(tags: { key?: string; value?: string }[]): KeyFilter {
  const parts = tags.flatMap(({ key = '', value = '' }) =>
    key.startsWith(FILTER_TAG_PREFIX) ? [{ at: Number(key.slice(FILTER_TAG_PREFIX.length)), value }] : [],
  );
  if (parts.length === 0) return EVERY_KEY;
  const encoded = parts.sort((one, other) => one.at - other.at).map(({ value }) => value);
  return JSON.parse(Buffer.from(encoded.join(''), 'base64').toString());
}
