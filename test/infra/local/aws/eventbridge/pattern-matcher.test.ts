import { describe, expect, it } from 'vitest';
import { eventPatternMatcher } from '../../../../../infra/local/aws/eventbridge/pattern-matcher.ts';
import { eventPattern } from '../../../../../shared/events/event-pattern.ts';
import { mediaUploadSucceededEventExample as event } from '../../../../../shared/events/examples.ts';

describe('eventPatternMatcher', () => {
  it.each([
    [{ source: ['pindrop'] }, true],
    [{ source: ['aws.s3', 'pindrop'] }, true],
    [{ source: ['aws.s3'] }, false],
    [{ source: ['pindrop'], 'detail-type': ['Media Upload Failed'] }, false],
    [{ 'detail-type': eventPattern().detailType }, true],
    [{ detail: { object: { key: [{ prefix: 'spring/' }] } } }, true],
    [{ detail: { object: { key: [{ prefix: 'autumn/' }] } } }, false],
    [{ detail: { object: { key: [{ suffix: '.mp4' }] } } }, true],
    [{ detail: { status: [{ 'anything-but': 'failed' }] } }, true],
    [{ detail: { status: [{ 'anything-but': ['failed', 'succeeded'] }] } }, false],
    [{ detail: { status: [{ 'equals-ignore-case': 'SUCCEEDED' }] } }, true],
    [{ detail: { failure: { reason: [{ exists: false }] } } }, true],
    [{ detail: { failure: { reason: [{ 'anything-but': 'gave_up' }] } } }, false],
    [{ detail: { object: { metadata: { board: [{ exists: true }] } } } }, true],
    [{ detail: { object: { size: [{ numeric: ['>', 1_000_000, '<=', 20_971_520] }] } } }, true],
    [{ detail: { object: { size: [{ numeric: ['<', 1000] }] } } }, false],
    [{ detail: { polls: [4] } }, true],
    [{ detail: { polls: ['4'] } }, false],
    [{ resources: [event.resources[1]] }, true],
    [{ detail: { object: { nothing: { deeper: ['x'] } } } }, false],
  ])('%j: %s', (pattern, matches) => {
    expect(eventPatternMatcher(pattern)(event)).toBe(matches);
  });

  it.each([
    [{ $or: [] }, '$or'],
    [{ source: [{ wildcard: 'pin*' }] }, '{"wildcard":"pin*"}'],
    [{ source: 'pindrop' }, 'source must be a list'],
  ])('throws an error for an unsupported pattern: %j', (pattern, name) => {
    expect(() => eventPatternMatcher(pattern)).toThrow(name);
  });
});
