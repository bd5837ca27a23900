import { describe, expect, it } from 'vitest';
import { judgeCreation } from '../../../../functions/examples/publish-pin/judge-creation.ts';
import { mediaUploadSucceededExample } from '../../../../shared/events/examples.ts';
import { PIN_FAILURE_REASONS } from '../../../../shared/events/pin/names.ts';
import { pinEventExamples, pinFailedExamples } from '../../../../shared/events/pin/pin-event-examples.ts';
import { pinEventJsonSchema, pinEventSchema } from '../../../../shared/events/pin/pin-event-schema.ts';
import { describedPin } from '../../../../shared/pin/described-pin.ts';
import { PinterestError } from '../../../../shared/pinterest/pinterest-error.ts';
import { expectByContract, jsonSchemaReader } from '../../../harness/contract.ts';

const { object } = mediaUploadSucceededExample;

describe('the Pin events', () => {
  it('have an example of each kind, and each follows the contract', () => {
    const byJsonSchema = jsonSchemaReader(pinEventJsonSchema);
    for (const example of pinEventExamples) {
      expectByContract(example);
      expect(pinEventSchema.parse(example)).toEqual(example);
      expect(byJsonSchema(example), JSON.stringify(byJsonSchema.errors)).toBe(true);
    }
    expect(Object.keys(pinFailedExamples).sort()).toEqual([...PIN_FAILURE_REASONS].sort());
  });

  it('have the same messages as the code produces', () => {
    const [noBoard] = describedPin({ object: { ...object, metadata: {} } }, {}, new Date()).problems;
    expect(pinFailedExamples.rejected_metadata.failure.message).toContain(noBoard);
    const refused = new PinterestError('Pinterest answered pins_create with 404 (code 40): Board not found.', {
      operation: 'pins_create',
      status: 404,
      code: 40,
      says: 'Board not found.',
    });
    expect(judgeCreation(refused)).toEqual({ made: 'never', failure: pinFailedExamples.pin_refused.failure });
  });

  it('stay valid for an older subscriber when a later version adds a property or a reason', () => {
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
