/** What a subscriber gets as `pindrop/events`: the contract of the events, and how to hear of them. */

export { type EventPatternOptions, eventPattern, type MediaUploadEventPattern } from './event-pattern.ts';
export {
  DETAIL_TYPE,
  type DroppedObject,
  EVENT_SOURCE,
  FAILURE_REASONS,
  type Failure,
  type FailureReason,
  type FinalEventDetail,
  type KnownFailure,
  type MediaUploadEvent,
  type MediaUploadFailed,
  type MediaUploadFailedEvent,
  type MediaUploadSucceeded,
  type MediaUploadSucceededEvent,
  type Timeline,
} from './events.ts';
export {
  mediaUploadFailedEventExamples,
  mediaUploadFailedExamples,
  mediaUploadSucceededEventExample,
  mediaUploadSucceededExample,
} from './examples.ts';
export {
  type MediaUploadCallbacks,
  mediaUploadEvent,
  NotAMediaUploadError,
  onMediaUpload,
} from './on-media-upload.ts';
export { pinEventExamples, pinFailedExamples, pinPublishedExample } from './pin/pin-event-examples.ts';
export { pinEventJsonSchema, pinEventSchema, pinFailedSchema, pinPublishedSchema } from './pin/pin-event-schema.ts';
export {
  PIN_DETAIL_TYPE,
  PIN_FAILURE_REASONS,
  type PinEvent,
  type PinEventDetail,
  type PinFailed,
  type PinFailure,
  type PinFailureReason,
  type PinPublished,
} from './pin/pin-events.ts';
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
  timelineSchema,
} from './schema.ts';
