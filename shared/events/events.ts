import type { z } from 'zod';
import type { FailureReason } from './names.ts';
import type {
  droppedObjectSchema,
  failureSchema,
  finalEventDetailSchema,
  mediaUploadEventSchema,
  mediaUploadFailedEventSchema,
  mediaUploadFailedSchema,
  mediaUploadSucceededEventSchema,
  mediaUploadSucceededSchema,
  sidecarSchema,
  timelineSchema,
} from './schema.ts';

export type DroppedObject = z.infer<typeof droppedObjectSchema>;
/** The JSON object stored beside the video. Pindrop passes it on and does not interpret it. */
export type Sidecar = z.infer<typeof sidecarSchema>;
/** A failure as subscribers receive it. A later version may add reasons. */
export type Failure = z.infer<typeof failureSchema>;
/** A failure as this version emits it. */
export type KnownFailure = Failure & { reason: FailureReason };
export type Timeline = z.infer<typeof timelineSchema>;
export type MediaUploadSucceeded = z.infer<typeof mediaUploadSucceededSchema>;
export type MediaUploadFailed = z.infer<typeof mediaUploadFailedSchema>;
export type FinalEventDetail = z.infer<typeof finalEventDetailSchema>;
/** The events as subscribers receive them, with EventBridge's envelope. */
export type MediaUploadSucceededEvent = z.infer<typeof mediaUploadSucceededEventSchema>;
export type MediaUploadFailedEvent = z.infer<typeof mediaUploadFailedEventSchema>;
export type MediaUploadEvent = z.infer<typeof mediaUploadEventSchema>;
