import { isEnded } from '../shared/shown-rows.ts';
import type { UploadRow } from '../shared/wire.ts';
import { now } from './server-clock.ts';

export interface Segment {
  /** Also the CSS class of the segment. */
  name: 'queued' | 'uploading' | 'processing';
  words: string;
  milliseconds: number;
  /** True while the segment has not ended. */
  open: boolean;
}

const WORDS = { queued: 'in the queue', uploading: 'uploading', processing: 'processing' };

/**
 * Splits an upload's time so far into segments. A segment without a known start is left out; the segment before it then
 * lasts until the next known instant.
 */
export function segmentsOf(row: UploadRow): Segment[] {
  const { timeline } = row;
  const instants = [
    ['queued', timeline.droppedAt, timeline.registeredAt ?? timeline.uploadedAt],
    ['uploading', timeline.registeredAt, timeline.uploadedAt],
    ['processing', timeline.uploadedAt, timeline.completedAt],
  ] as const;
  return instants.flatMap(([name, from, to]) => {
    if (from === undefined) return [];
    const end = to ?? timeline.completedAt;
    const milliseconds = Math.max(0, (end === undefined ? now() : Date.parse(end)) - Date.parse(from));
    return [{ name, words: WORDS[name], milliseconds, open: end === undefined && !isEnded(row) }];
  });
}

export const totalMilliseconds = (segments: Segment[]) =>
  segments.reduce((sum, { milliseconds }) => sum + milliseconds, 0);

const SHORTEST_MS = 50;
const LONGEST_MS = 10 * 60_000;

/** Length of the whole bar, 0.05 to 1. The scale is logarithmic: some files take milliseconds, others take hours. */
export function barLength(milliseconds: number): number {
  const order = Math.log(Math.max(1, milliseconds) / SHORTEST_MS) / Math.log(LONGEST_MS / SHORTEST_MS);
  return Math.min(1, Math.max(0.05, order));
}
