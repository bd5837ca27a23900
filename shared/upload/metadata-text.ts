/**
 * One encoded word: `=?charset?B?text?=` or `=?charset?Q?text?=`. An asterisk and a language may follow the charset.
 */
const ENCODED_WORD = /=\?([\w-]+)(?:\*[\w-]+)?\?([bq])\?([^?]*)\?=/gi;
/**
 * Several encoded words with only white space between them form one text. A character may be split between two words.
 */
const ENCODED_TEXT = new RegExp(`(?:${ENCODED_WORD.source}\\s*)*${ENCODED_WORD.source}`, 'gi');
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes a metadata value to the text that its user wrote. HTTP headers are ASCII, so S3 returns other text as
 * encoded words. S3 reads a value that was sent as raw UTF-8 as Latin-1 and encodes every byte as one character. This
 * function also joins such bytes to characters again.
 * @see RFC 2047; https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
 */
export function metadataText(value: string): string {
  return withoutDoubleEncoding(value.replace(ENCODED_TEXT, decoded));
}

/** @returns the decoded text if the words together are valid UTF-8, otherwise the words unchanged */
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
 * Decodes text that was encoded twice: all its characters fit in one byte each, and these bytes are valid UTF-8. Such
 * text would make no sense as it is.
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
