/** Headers are ASCII: what is not goes as an encoded word, as S3 would give it back. @see RFC 2047 */
export function headerText(value: string): string {
  if (/^[\x20-\x7e]*$/.test(value)) return value;
  return `=?UTF-8?B?${btoa(String.fromCharCode(...new TextEncoder().encode(value)))}?=`;
}
