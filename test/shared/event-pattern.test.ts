import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Rule } from 'aws-cdk-lib/aws-events';
import { describe, it } from 'vitest';
import { eventPattern } from '../../shared/event-pattern.ts';

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
  ])('is what a CDK rule takes: %j', (options, pattern) => {
    const stack = new Stack(new App());
    new Rule(stack, 'Rule', { eventPattern: eventPattern(options) });
    Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', { EventPattern: pattern });
  });
});
