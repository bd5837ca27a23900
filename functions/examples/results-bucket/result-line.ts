import type { FinalEventDetail } from '../../../shared/events/events.ts';

/** The object for a final event: keyed by day and upload id, so that a repeated event replaces it. */
export function resultLine(detail: FinalEventDetail): { key: string; body: string } {
  const day = detail.timeline.completedAt.slice(0, 10);
  return { key: `results/day=${day}/${detail.uploadId}.json`, body: `${JSON.stringify(detail)}\n` };
}
