import { S3Error } from './s3-error.ts';

export interface ByteRange {
  /** Both included. */
  start: number;
  end: number;
}

/**
 * Parses a Range header: `bytes=0-9`, `bytes=10-` or `bytes=-5`.
 * @returns undefined for the whole object: the header is absent or is not one valid range
 * @throws S3Error InvalidRange when the range contains no byte of the object
 * @see RFC 9110, section 14.2
 */
export function byteRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (!match || (first === '' && last === '') || (first !== '' && last !== '' && Number(last) < Number(first))) {
    return undefined;
  }
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (start < size && end >= start) return { start, end };
  throw new S3Error('InvalidRange', 'The requested range is not satisfiable', {
    elements: { RangeRequested: String(header), ActualObjectSize: size },
    headers: { 'Content-Range': `bytes */${size}` },
  });
}
