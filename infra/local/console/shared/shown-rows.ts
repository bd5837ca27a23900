import type { Overview, UploadRow } from './wire.ts';

/** How many rows there are to see at most. Both sides hold to it: npm start keeps and sends these, and the page keeps them. */
export const SHOWN = { ended: 1000, underWay: 10_000 };

export const isEnded = ({ state }: Pick<UploadRow, 'state'>) => state === 'succeeded' || state === 'failed';

/** Instants of one form, in UTC: they compare as text does. */
export const newestFirst = ({ timeline: { droppedAt: a } }: UploadRow, { timeline: { droppedAt: b } }: UploadRow) =>
  a < b ? 1 : a > b ? -1 : 0;

/** @returns the newest of those that are under way and of those that have ended, newest first */
export function shownRows(rows: Iterable<UploadRow>): UploadRow[] {
  const left = { ...SHOWN };
  return [...rows].sort(newestFirst).filter((row) => left[isEnded(row) ? 'ended' : 'underWay']-- > 0);
}

/** What the rows are of all, when they are not all. @param rows those that are shown */
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
