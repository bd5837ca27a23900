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
