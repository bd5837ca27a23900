import type { FinalEventDetail } from '../../../shared/events/events.ts';

/** The object of a completion: by day, under the upload's id, so that a repetition replaces it. */
export function resultLine(detail: FinalEventDetail): { key: string; body: string } {
  const day = detail.timeline.completedAt.slice(0, 10);
  return { key: `results/day=${day}/${detail.uploadId}.json`, body: `${JSON.stringify(detail)}\n` };
}
