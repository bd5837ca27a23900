import { describe, expect, it } from 'vitest';
import { eventPatternMatcher } from '../../infra/local/aws/eventbridge/pattern-matcher.ts';
import {
  mediaUploadFailedEventExamples,
  mediaUploadSucceededEventExample,
  mediaUploadSucceededExample,
} from '../../shared/events/examples.ts';
import { pinEventExamples } from '../../shared/events/pin/pin-event-examples.ts';
import { page } from './markdown.ts';

const failed = Object.values(mediaUploadFailedEventExamples);
const { object } = mediaUploadSucceededExample;
const ofSpring = {
  ...mediaUploadSucceededEventExample,
  detail: { ...mediaUploadSucceededExample, object: { ...object, metadata: { campaign: 'spring' } } },
};
const withSidecar = {
  ...mediaUploadSucceededEventExample,
  detail: { ...mediaUploadSucceededExample, sidecar: { campaign: 'spring' } },
};
const all = [mediaUploadSucceededEventExample, ofSpring, withSidecar, ...failed, ...pinEventExamples];

describe('the event patterns on the page docs/subscribing.md', () => {
  const patterns = page('docs/subscribing.md')
    .blocks.filter(({ language }) => language === 'json')
    .map(({ text }) => JSON.parse(text));

  it.each(
    [
      ['everything', all],
      ['what failed', failed],
      ['what failed and can be retried', failed.filter(({ detail }) => detail.failure.retryable)],
      ["one campaign's", [ofSpring]],
      ["one campaign's, by the sidecar", [withSidecar]],
    ].map(([what, heard], index) => [what, patterns[index], heard] as const),
  )('match %s', (_what, pattern, heard) => {
    expect(all.filter(eventPatternMatcher(pattern))).toEqual(heard);
  });

  it('are all tested', () => expect(patterns).toHaveLength(5));
});
