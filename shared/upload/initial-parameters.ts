/** The initial value of the rate-limit gate's parameter: a time in the past, so the gate is open. */
export const GATE_OPEN = '1970-01-01T00:00:00.000Z';

/** The initial value of the parameter with recent processing times: no files yet. */
export const NOTHING_LEARNED = '{"files":[]}';
