import { S3Error } from './s3-error.ts';

export interface ByteRange {
  /** Both included. */
  start: number;
  end: number;
}

/**
 * The part of an object that a header names: `bytes=0-9`, `bytes=10-`, `bytes=-5`.
 * @returns undefined for the whole object: without a range, or with one that is not understood
 * @throws S3Error InvalidRange when the object ends before it
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
