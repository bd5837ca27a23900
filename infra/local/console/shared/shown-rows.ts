import type { Overview, UploadRow } from './wire.ts';

/** Maximum number of rows that npm start sends and the page keeps. */
export const SHOWN = { ended: 1000, underWay: 10_000 };

export const isEnded = ({ state }: Pick<UploadRow, 'state'>) => state === 'succeeded' || state === 'failed';

/** Sorts the newest drop first. ISO 8601 instants in UTC can be compared as text. */
export const newestFirst = ({ timeline: { droppedAt: a } }: UploadRow, { timeline: { droppedAt: b } }: UploadRow) =>
  a < b ? 1 : a > b ? -1 : 0;

/** @returns the newest rows under way and the newest ended rows, newest first */
export function shownRows(rows: Iterable<UploadRow>): UploadRow[] {
  const left = { ...SHOWN };
  return [...rows].sort(newestFirst).filter((row) => left[isEnded(row) ? 'ended' : 'underWay']-- > 0);
}

/** Describes which part of all uploads is shown; empty if all are shown. @param rows the shown rows */
export function extentOf(rows: UploadRow[], all: Pick<Overview, 'underWay' | 'succeeded' | 'failed'>): string {
  const ended = rows.filter(isEnded).length;
  const underWay = rows.length - ended;
  return [
    ...cut(underWay, SHOWN.underWay, all.underWay, 'under way'),
    ...cut(ended, SHOWN.ended, all.succeeded + all.failed, 'that have ended'),
  ].join(' and ');
}

const cut = (shown: number, most: number, all: number, which: string) =>
  shown >= most && all > shown ? [`the newest ${count(shown)} of ${count(all)} ${which}`] : [];

const count = (number: number) => number.toLocaleString('en-US');
