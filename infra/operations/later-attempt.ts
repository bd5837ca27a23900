import type { DroppedObject, Timeline } from '../../shared/events/events.ts';

/** What tells which drop an attempt is of, and when it began. */
export interface Attempt {
  object: Pick<DroppedObject, 'bucket' | 'key' | 'versionId' | 'eTag'>;
  timeline: Pick<Timeline, 'droppedAt'>;
}

/** @returns true when one attempt is of the same object version as another, and began later */
export function isLaterAttempt(one: Attempt, other: Attempt): boolean {
  return (
    one.object.bucket === other.object.bucket &&
    one.object.key === other.object.key &&
    one.object.versionId === other.object.versionId &&
    one.object.eTag === other.object.eTag &&
    one.timeline.droppedAt > other.timeline.droppedAt
  );
}
