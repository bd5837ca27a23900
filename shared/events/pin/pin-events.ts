import type { z } from 'zod';
import type { pinEventSchema, pinFailedSchema, pinPublishedSchema } from './pin-event-schema.ts';

/** `detail-type` of what the example `publish-pin` puts on the bus, by how it ended. */
export const PIN_DETAIL_TYPE = { published: 'Pin Published', failed: 'Pin Failed' } as const;

/**
 * Why there is no Pin.
 *
 * - `rejected_metadata`: the object's metadata does not say what a Pin needs, or says what Pinterest does not take
 * - `pin_refused`: Pinterest refused to make the Pin, and would again
 * - `gave_up`: faults that might have passed lasted longer than the give-up time
 */
export const PIN_FAILURE_REASONS = ['rejected_metadata', 'pin_refused', 'gave_up'] as const;

export type PinFailureReason = (typeof PIN_FAILURE_REASONS)[number];
export type PinPublished = z.infer<typeof pinPublishedSchema>;
export type PinFailed = z.infer<typeof pinFailedSchema>;
export type PinEventDetail = PinPublished | PinFailed;
/** As it is made here: a later version may know more reasons. */
export type KnownPinFailure = PinFailed['failure'] & { reason: PinFailureReason };
export type PinFailure = PinFailed['failure'];
/** The events as subscribers get them, with EventBridge's envelope. */
export type PinEvent = z.infer<typeof pinEventSchema>;
