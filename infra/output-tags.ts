/**
 * Prefix of the state machine's tags that identify the other resources of the same Pindrop. The rest of a tag's name is
 * the name of a stack output.
 */
export const OUTPUT_TAG_PREFIX = 'pindrop:';
