/** Kilobytes (1,000 bytes) that the bundle of each function may have: what a cold start reads and compiles. */
export const BUNDLE_KILOBYTES = { ingest: 640, poll: 380, 'report-dead-letter': 300, 'rotate-token': 280 };

/** The same of the examples' functions. Three of them are subscribers as others write them: `pindrop/events`, with all of zod. */
export const EXAMPLE_KILOBYTES = {
  'slack-webhook': 830,
  'results-bucket': 950,
  'start-state-machine': 840,
  'publish-pin': 570,
};
