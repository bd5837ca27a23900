/** The names that the setting `with` and `npm start -- --with` accept. */
export const EXAMPLE_NAMES = ['slack-webhook', 'results-bucket', 'start-state-machine', 'publish-pin'] as const;

export type ExampleName = (typeof EXAMPLE_NAMES)[number];
