import type { FinalEventDetail } from '../../../shared/events/events.ts';

/**
 * The object for a final event. Its key is made of the day and the upload id, so a repeated event replaces the object.
 */
export function resultLine(detail: FinalEventDetail): { key: string; body: string } {
  const day = detail.timeline.completedAt.slice(0, 10);
  return { key: `results/day=${day}/${detail.uploadId}.json`, body: `${JSON.stringify(detail)}\n` };
}
