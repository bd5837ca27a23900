/** Decides which objects of a bucket are uploaded. */
export interface DropFilter {
  /** The only bucket that is watched. A topic or a bus may also tell about others. */
  bucket: string;
  /** A key must start with one of these. */
  prefixes: string[];
  /** A key must end in one of these, in upper or lower case. An empty list allows every key. */
  suffixes: string[];
}

/** @returns a sentence that says why the object is not uploaded; undefined when it is uploaded */
export function whyIgnored({ bucket, key }: { bucket: string; key: string }, filter: DropFilter): string | undefined {
  if (bucket !== filter.bucket) return `The object is in the bucket ${bucket}, not in ${filter.bucket}.`;
  if (!filter.prefixes.some((prefix) => key.startsWith(prefix))) {
    return `The key does not start with ${oneOf(filter.prefixes)}.`;
  }
  const lower = key.toLowerCase();
  if (filter.suffixes.length > 0 && !filter.suffixes.some((suffix) => lower.endsWith(suffix.toLowerCase()))) {
    return `The key does not end in ${oneOf(filter.suffixes)}.`;
  }
  return undefined;
}

const oneOf = (words: string[]) => words.join(' or ');
