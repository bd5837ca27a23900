import type { DroppedObject, Timeline } from '../../shared/events/events.ts';

/** The object version that an attempt uploads, and the time when the attempt began. */
export interface StartedAttempt {
  object: Pick<DroppedObject, 'bucket' | 'key' | 'versionId' | 'eTag'>;
  timeline: Pick<Timeline, 'droppedAt'>;
}

/** @returns true when `one` uploads the same object version as `other` and began later */
export function isLaterAttempt(one: StartedAttempt, other: StartedAttempt): boolean {
  return (
    one.object.bucket === other.object.bucket &&
    one.object.key === other.object.key &&
    one.object.versionId === other.object.versionId &&
    one.object.eTag === other.object.eTag &&
    one.timeline.droppedAt > other.timeline.droppedAt
  );
}
