import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Rule } from 'aws-cdk-lib/aws-events';
import { describe, expect, it } from 'vitest';
import { eventPatternMatcher } from '../../../infra/local/aws/eventbridge/pattern-matcher.ts';
import { type EventPatternOptions, eventPattern } from '../../../shared/events/event-pattern.ts';
import { mediaUploadFailedEventExamples, mediaUploadSucceededEventExample } from '../../../shared/events/examples.ts';

describe('eventPattern', () => {
  it.each([
    [undefined, { source: ['pindrop'], 'detail-type': ['Media Upload Succeeded', 'Media Upload Failed'] }],
    [{ status: 'failed' as const }, { source: ['pindrop'], 'detail-type': ['Media Upload Failed'] }],
    [
      { status: 'succeeded' as const, keyPrefix: 'spring/' },
      {
        source: ['pindrop'],
        'detail-type': ['Media Upload Succeeded'],
        detail: { object: { key: [{ prefix: 'spring/' }] } },
      },
    ],
    [
      { account: 'brand-a' },
      {
        source: ['pindrop'],
        'detail-type': ['Media Upload Succeeded', 'Media Upload Failed'],
        detail: { account: ['brand-a'] },
      },
    ],
    [
      { status: 'failed' as const, reasons: ['timed_out' as const, 'gave_up' as const], retryable: true },
      {
        source: ['pindrop'],
        'detail-type': ['Media Upload Failed'],
        detail: { failure: { reason: ['timed_out', 'gave_up'], retryable: [true] } },
      },
    ],
    [
      { keyPrefix: 'spring/', metadata: { campaign: 'spring', board: ['42', '43'] } },
      {
        source: ['pindrop'],
        'detail-type': ['Media Upload Succeeded', 'Media Upload Failed'],
        detail: { object: { key: [{ prefix: 'spring/' }], metadata: { campaign: ['spring'], board: ['42', '43'] } } },
      },
    ],
  ])('is a valid pattern for a CDK rule: %j', (options, pattern) => {
    const stack = new Stack(new App());
    new Rule(stack, 'Rule', { eventPattern: eventPattern(options) });
    Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', { EventPattern: pattern });
  });

  it('matches the events that its options describe', () => {
    const all = [mediaUploadSucceededEventExample, ...Object.values(mediaUploadFailedEventExamples)];
    const heard = (options: EventPatternOptions) => {
      const { detailType, ...pattern } = eventPattern(options);
      return all.filter(eventPatternMatcher({ ...pattern, 'detail-type': detailType }));
    };
    expect(heard({ status: 'failed', reasons: ['gave_up'] })).toEqual([mediaUploadFailedEventExamples.gave_up]);
    expect(heard({ status: 'failed', retryable: false })).toEqual(
      all.filter(({ detail }) => detail.status === 'failed' && !detail.failure.retryable),
    );
    expect(heard({ metadata: { board: ['549755885175', '42'] } })).toEqual(all);
    expect(heard({ metadata: { board: '42' } })).toEqual([]);
    const ofBrandA = {
      ...mediaUploadSucceededEventExample,
      detail: { ...mediaUploadSucceededEventExample.detail, account: 'brand-a' },
    };
    all.push(ofBrandA);
    expect(heard({ account: ['brand-a', 'brand-c'] })).toEqual([ofBrandA]);
    expect(heard({ account: 'brand-b' })).toEqual([]);
    // @ts-expect-error: a successful upload has no reason
    eventPattern({ status: 'succeeded', reasons: ['gave_up'] });
  });
});
