/** Tags of the state machine whose names begin with this hold what belongs to its Pindrop, named like the outputs of a stack. */
export const OUTPUT_TAG_PREFIX = 'pindrop:';
