import type { z } from 'zod';
import type { PinFailureReason } from './names.ts';
import type { pinEventSchema, pinFailedSchema, pinPublishedSchema } from './pin-event-schema.ts';

export type PinPublished = z.infer<typeof pinPublishedSchema>;
export type PinFailed = z.infer<typeof pinFailedSchema>;
export type PinEventDetail = PinPublished | PinFailed;
/** A failure as this version emits it. A later version may add reasons. */
export type KnownPinFailure = PinFailed['failure'] & { reason: PinFailureReason };
export type PinFailure = PinFailed['failure'];
/** The events as subscribers receive them, with EventBridge's envelope. */
export type PinEvent = z.infer<typeof pinEventSchema>;
