/** Size limits of the functions' bundles, in kilobytes (1,000 bytes). A cold start reads and compiles each one. */
export const BUNDLE_KILOBYTES = { ingest: 640, poll: 380, 'report-dead-letter': 300, 'rotate-token': 280 };

/**
 * Size limits of the examples' bundles, in kilobytes. Three of them are subscribers as users write them: they bundle
 * `pindrop/events` with all of zod.
 */
export const EXAMPLE_KILOBYTES = {
  'slack-webhook': 830,
  'results-bucket': 950,
  'start-state-machine': 840,
  'publish-pin': 570,
};
