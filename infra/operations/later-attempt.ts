import type { DroppedObject, Timeline } from '../../shared/events/events.ts';

/** Which object version an attempt is of, and when it began. */
export interface StartedAttempt {
  object: Pick<DroppedObject, 'bucket' | 'key' | 'versionId' | 'eTag'>;
  timeline: Pick<Timeline, 'droppedAt'>;
}

/** @returns true when `one` is of the same object version as `other` and began later */
export function isLaterAttempt(one: StartedAttempt, other: StartedAttempt): boolean {
  return (
    one.object.bucket === other.object.bucket &&
    one.object.key === other.object.key &&
    one.object.versionId === other.object.versionId &&
    one.object.eTag === other.object.eTag &&
    one.timeline.droppedAt > other.timeline.droppedAt
  );
}
