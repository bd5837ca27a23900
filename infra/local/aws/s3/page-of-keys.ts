/** What a listing asks for, in s3rver's words. */
export interface ListOptions {
  delimiter?: string;
  startAfter?: string;
  prefix?: string;
  maxKeys?: number;
}

/**
 * A page of a bucket's listing: the keys that it shows, in the order of their bytes, and what the others have in common up
 * to the delimiter.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export function pageOfKeys(
  keys: string[],
  { delimiter = '', startAfter = '', prefix = '', maxKeys = Number.POSITIVE_INFINITY }: ListOptions,
): { keys: string[]; commonPrefixes: string[]; isTruncated: boolean } {
  const asked = keys.filter((key) => key.startsWith(prefix) && inOrder(startAfter, key) < 0).sort(inOrder);
  const commonPrefixes = new Set<string>();
  const shown = asked.filter((key) => {
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (at !== -1) commonPrefixes.add(key.slice(0, at + delimiter.length));
    return at === -1;
  });
  return { keys: shown.slice(0, maxKeys), commonPrefixes: [...commonPrefixes], isTruncated: shown.length > maxKeys };
}

/** A string's own order is that of UTF-16, which differs beyond the basic plane. */
const inOrder = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
