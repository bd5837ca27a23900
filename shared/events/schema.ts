import { z } from 'zod';
import { instant, lastingEnum, lastingObject } from './lasting.ts';
import { DETAIL_TYPE, EVENT_SOURCE, FAILURE_REASONS } from './names.ts';

export const droppedObjectSchema = lastingObject({
  bucket: z.string(),
  key: z.string().describe('The key as S3 stores it, not URL-encoded'),
  versionId: z.string().optional().describe('Absent when the bucket keeps no versions'),
  eTag: z.string().describe('Without the quotes'),
  size: z.int().nonnegative().describe('Bytes'),
  contentType: z.string().optional(),
  metadata: z.record(z.string(), z.string()).describe('User metadata: x-amz-meta-* without the prefix'),
});

export const sidecarSchema = z
  .record(z.string(), z.unknown())
  .describe('The JSON object stored beside the video, as <video>.json');

export const failureSchema = lastingObject({
  reason: lastingEnum(FAILURE_REASONS),
  message: z.string().describe('One sentence: what happened and what to do'),
  retryable: z.boolean().describe('True when the same file may succeed in a new attempt'),
});

export const timelineSchema = lastingObject({
  droppedAt: instant,
  registeredAt: instant.optional(),
  uploadedAt: instant.optional(),
  completedAt: instant,
});

export const accountName = z.string().describe('Name of the Pinterest account; only with the setting `accounts`');

const detailShape = {
  version: z.literal('1'),
  uploadId: z.string().describe("The execution's name; unique per attempt"),
  account: accountName.optional(),
  mediaType: z.literal('video'),
  object: droppedObjectSchema,
  sidecar: sidecarSchema.optional(),
  timeline: timelineSchema,
  polls: z.int().nonnegative().describe('media_get requests made'),
};

/** Detail of `Media Upload Succeeded`. */
export const mediaUploadSucceededSchema = lastingObject({
  ...detailShape,
  status: z.literal('succeeded'),
  mediaId: z.string(),
});

/** Detail of `Media Upload Failed`. */
export const mediaUploadFailedSchema = lastingObject({
  ...detailShape,
  status: z.literal('failed'),
  mediaId: z.string().optional().describe('Absent if registration never happened'),
  failure: failureSchema,
});

/** `detail` of the final event. Each attempt with a dropped object version has exactly one final event. */
export const finalEventDetailSchema = z.discriminatedUnion('status', [
  mediaUploadSucceededSchema,
  mediaUploadFailedSchema,
]);

/** EventBridge's envelope. @see https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html */
export const envelopeShape = {
  version: z.literal('0').describe("EventBridge's envelope version; Pindrop's version is in the detail"),
  id: z.string(),
  account: z.string(),
  time: instant,
  region: z.string(),
  resources: z.array(z.string()).describe('The execution that ended, and its state machine'),
  source: z.literal(EVENT_SOURCE),
};

export const mediaUploadSucceededEventSchema = lastingObject({
  ...envelopeShape,
  'detail-type': z.literal(DETAIL_TYPE.succeeded),
  detail: mediaUploadSucceededSchema,
});

export const mediaUploadFailedEventSchema = lastingObject({
  ...envelopeShape,
  'detail-type': z.literal(DETAIL_TYPE.failed),
  detail: mediaUploadFailedSchema,
});

/** The final event as a subscriber receives it, with its envelope. */
export const mediaUploadEventSchema = z.discriminatedUnion('detail-type', [
  mediaUploadSucceededEventSchema,
  mediaUploadFailedEventSchema,
]);

/** JSON Schema (draft 2020-12) of the final event's detail, for subscribers in other languages. */
export const finalEventDetailJsonSchema = z.toJSONSchema(finalEventDetailSchema);

/** JSON Schema (draft 2020-12) of the complete event. */
export const mediaUploadEventJsonSchema = z.toJSONSchema(mediaUploadEventSchema);
