import { z } from 'zod';
import { instant, lastingEnum, lastingObject } from '../lasting.ts';
import { accountName, droppedObjectSchema, envelopeShape } from '../schema.ts';
import { PIN_DETAIL_TYPE, PIN_FAILURE_REASONS } from './names.ts';

const detailShape = {
  version: z.literal('1'),
  uploadId: z.string().describe('As in the final event of the upload; one Pin is made for each'),
  account: accountName.optional(),
  mediaId: z.string(),
  object: droppedObjectSchema,
};

const dueAt = z.iso
  .datetime()
  .describe('ISO 8601, UTC: when the Pin was to be published; absent when nobody scheduled it');

/** Detail of `Pin Published`. */
export const pinPublishedSchema = lastingObject({
  ...detailShape,
  status: z.literal('published'),
  pinId: z.string(),
  boardId: z.string(),
  url: z.url().describe('Where people see the Pin'),
  publishedAt: instant,
  dueAt: dueAt.optional(),
  lateBySeconds: z.number().nonnegative().optional().describe('From dueAt to publishedAt; absent without dueAt'),
});

/** Detail of `Pin Failed`. */
export const pinFailedSchema = lastingObject({
  ...detailShape,
  status: z.literal('failed'),
  boardId: z.string().optional().describe('Absent when the board was not found'),
  failedAt: instant,
  dueAt: dueAt.optional(),
  failure: lastingObject({
    reason: lastingEnum(PIN_FAILURE_REASONS),
    message: z.string().describe('What happened and what to do'),
    retryable: z.boolean().describe('True when the same file with the same metadata may succeed in a new attempt'),
  }),
});

/** `Pin Published` or `Pin Failed`, with its envelope. */
export const pinEventSchema = z.discriminatedUnion('detail-type', [
  lastingObject({ ...envelopeShape, 'detail-type': z.literal(PIN_DETAIL_TYPE.published), detail: pinPublishedSchema }),
  lastingObject({ ...envelopeShape, 'detail-type': z.literal(PIN_DETAIL_TYPE.failed), detail: pinFailedSchema }),
]);

/** JSON Schema (draft 2020-12) of the complete event. */
export const pinEventJsonSchema = z.toJSONSchema(pinEventSchema);
