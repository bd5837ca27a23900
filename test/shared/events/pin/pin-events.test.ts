import { describe, expect, it } from 'vitest';
import { PIN_FAILURE_REASONS } from '../../../../shared/events/pin/names.ts';
import { pinEventExamples, pinFailedExamples } from '../../../../shared/events/pin/pin-event-examples.ts';
import { pinEventJsonSchema, pinEventSchema } from '../../../../shared/events/pin/pin-event-schema.ts';
import { expectByContract, jsonSchemaReader } from '../../../harness/contract.ts';

describe('the Pin events', () => {
  it('have an example of every kind, each by the contract', () => {
    const byJsonSchema = jsonSchemaReader(pinEventJsonSchema);
    for (const example of pinEventExamples) {
      expectByContract(example);
      expect(pinEventSchema.parse(example)).toEqual(example);
      expect(byJsonSchema(example), JSON.stringify(byJsonSchema.errors)).toBe(true);
    }
    expect(Object.keys(pinFailedExamples).sort()).toEqual([...PIN_FAILURE_REASONS].sort());
  });

  it('are valid to an older reader when a later version adds to them', () => {
    const [failed] = pinEventExamples.slice(-1);
    const detail = {
      ...failed?.detail,
      colour: 'red',
      failure: { reason: 'board_full', message: 'Full.', retryable: true },
    };
    const later = { ...failed, detail };
    expect(pinEventSchema.parse(later)).toEqual(later);
    expect(jsonSchemaReader(pinEventJsonSchema)(later)).toBe(true);
  });
});
