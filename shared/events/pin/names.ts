/** `detail-type` of the events from the example `publish-pin`, for each outcome. */
export const PIN_DETAIL_TYPE = { published: 'Pin Published', failed: 'Pin Failed' } as const;

/**
 * Why the Pin was not published.
 *
 * - `rejected_metadata`: the object's metadata lacks a value that a Pin needs, or breaks one of Pinterest's limits
 * - `pin_refused`: Pinterest refused the Pin permanently
 * - `cancelled`: an operator cancelled the Pin before it was published
 * - `gave_up`: a transient fault lasted longer than the give-up time
 */
export const PIN_FAILURE_REASONS = ['rejected_metadata', 'pin_refused', 'cancelled', 'gave_up'] as const;

export type PinFailureReason = (typeof PIN_FAILURE_REASONS)[number];
