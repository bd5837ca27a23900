/** What the rate-limit gate's parameter holds at first: an instant in the past, so the gate is open. */
export const GATE_OPEN = '1970-01-01T00:00:00.000Z';

/** What the parameter of recent processing times holds before anything is learned. */
export const NOTHING_LEARNED = '{"files":[]}';
