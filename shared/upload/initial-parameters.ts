/** What the rate-limit gate's parameter holds at first: an instant in the past, so the gate is open. */
export const GATE_OPEN = '1970-01-01T00:00:00.000Z';

/** The pace before anything was learnt: files take what is usual. */
export const USUAL_PACE = 1;
