/** Kilobytes (1,000 bytes) that the bundle of each function may have: what a cold start reads and compiles. */
export const BUNDLE_KILOBYTES = { ingest: 300, poll: 150, 'report-dead-letter': 150, 'rotate-token': 150 };

/** The same of the examples' functions. Three of them are subscribers as others write them: `pindrop/events`, with all of zod. */
export const EXAMPLE_KILOBYTES = {
  'slack-webhook': 550,
  'results-bucket': 550,
  'start-state-machine': 550,
  'publish-pin': 300,
};
