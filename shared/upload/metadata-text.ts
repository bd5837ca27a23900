/** One encoded word: =?charset?B or Q?text?=. A charset may name a language behind an asterisk. */
const ENCODED_WORD = /=\?([\w-]+)(?:\*[\w-]+)?\?([bq])\?([^?]*)\?=/gi;
/** Encoded words with nothing but white space between them: one text, whose characters may be split. */
const ENCODED_TEXT = new RegExp(`(?:${ENCODED_WORD.source}\\s*)*${ENCODED_WORD.source}`, 'gi');
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The text of a metadata value as its user wrote it. HTTP headers are ASCII, so S3 gives other text back as encoded
 * words. What was put as raw UTF-8, S3 takes for Latin-1 and encodes that: every byte comes back as a character, and is
 * put together here.
 * @see RFC 2047; https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
 */
export function metadataText(value: string): string {
  return withoutDoubleEncoding(value.replace(ENCODED_TEXT, decoded));
}

/** @returns the words as they are, unless all of them are valid UTF-8 together */
function decoded(words: string): string {
  const bytes: Buffer[] = [];
  for (const [, charset = '', encoding = '', text = ''] of words.matchAll(ENCODED_WORD)) {
    if (!/^(utf-?8|us-ascii)$/i.test(charset)) return words;
    bytes.push(encoding.toUpperCase() === 'B' ? Buffer.from(text, 'base64') : quoted(text));
  }
  return utf8Text(Buffer.concat(bytes)) ?? words;
}

const quoted = (text: string) =>
  Buffer.from(
    text
      .replaceAll('_', ' ')
      .replace(/=([0-9A-F]{2})/gi, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );

/**
 * Text whose characters all fit in a byte, and whose bytes are UTF-8, was encoded twice: as text it would make no
 * sense.
 */
function withoutDoubleEncoding(text: string): string {
  if (!/[\x80-\xff]/.test(text) || /[^\0-\xff]/.test(text)) return text;
  return utf8Text(Buffer.from(text, 'latin1')) ?? text;
}

function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
