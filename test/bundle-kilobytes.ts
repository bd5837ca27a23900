/** Kilobytes (1,000 bytes) that the bundle of each function may have: what a cold start reads and compiles. */
export const BUNDLE_KILOBYTES = { ingest: 300, poll: 150, 'report-dead-letter': 150, 'rotate-token': 150 };
