/** The package's entry `pindrop/events`: the events' types, schemas and examples, and helpers to subscribe to them. */

export { type EventPatternOptions, eventPattern, type MediaUploadEventPattern } from './event-pattern.ts';
export type {
  DroppedObject,
  Failure,
  FinalEventDetail,
  KnownFailure,
  MediaUploadEvent,
  MediaUploadFailed,
  MediaUploadFailedEvent,
  MediaUploadSucceeded,
  MediaUploadSucceededEvent,
  Sidecar,
  Timeline,
} from './events.ts';
export {
  mediaUploadFailedEventExamples,
  mediaUploadFailedExamples,
  mediaUploadSucceededEventExample,
  mediaUploadSucceededExample,
} from './examples.ts';
export { DETAIL_TYPE, EVENT_SOURCE, FAILURE_REASONS, type FailureReason } from './names.ts';
export {
  type MediaUploadCallbacks,
  mediaUploadEvent,
  NotAMediaUploadError,
  onMediaUpload,
} from './on-media-upload.ts';
export { PIN_DETAIL_TYPE, PIN_FAILURE_REASONS, type PinFailureReason } from './pin/names.ts';
export { pinEventExamples, pinFailedExamples, pinPublishedExample } from './pin/pin-event-examples.ts';
export { pinEventJsonSchema, pinEventSchema, pinFailedSchema, pinPublishedSchema } from './pin/pin-event-schema.ts';
export type { PinEvent, PinEventDetail, PinFailed, PinFailure, PinPublished } from './pin/pin-events.ts';
export {
  droppedObjectSchema,
  failureSchema,
  finalEventDetailJsonSchema,
  finalEventDetailSchema,
  mediaUploadEventJsonSchema,
  mediaUploadEventSchema,
  mediaUploadFailedEventSchema,
  mediaUploadFailedSchema,
  mediaUploadSucceededEventSchema,
  mediaUploadSucceededSchema,
  sidecarSchema,
  timelineSchema,
} from './schema.ts';
