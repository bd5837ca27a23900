import { describe, expect, it } from 'vitest';
import { pinEventExamples, pinFailedExamples } from '../../shared/pin-event-examples.ts';
import { pinEventSchema } from '../../shared/pin-event-schema.ts';
import { PIN_FAILURE_REASONS } from '../../shared/pin-events.ts';

describe('the Pin events', () => {
  it('have an example of every kind, each by the contract', () => {
    for (const example of pinEventExamples) expect(pinEventSchema.parse(example)).toEqual(example);
    expect(Object.keys(pinFailedExamples).sort()).toEqual([...PIN_FAILURE_REASONS].sort());
  });
});
