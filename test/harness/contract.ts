import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'vitest';
import { z } from 'zod';
import { pinEventSchema } from '../../shared/events/pin/pin-event-schema.ts';
import { mediaUploadEventSchema } from '../../shared/events/schema.ts';

/** Validates with a JSON Schema, as subscribers in other languages do. */
export function jsonSchemaReader(schema: object): ValidateFunction {
  const ajv = new Ajv2020({ strict: true });
  addFormats.default(ajv);
  return ajv.compile(schema);
}

/** The contract without room for additions by later versions. It checks the events that this version sends. */
const closed = (schema: z.ZodType) =>
  jsonSchemaReader(
    z.toJSONSchema(schema, {
      override({ jsonSchema }) {
        if (jsonSchema.properties) jsonSchema.additionalProperties = false;
        const [words, anyWord] = jsonSchema.anyOf ?? [];
        if (words?.enum === undefined || anyWord === undefined) return;
        delete jsonSchema.anyOf;
        Object.assign(jsonSchema, words);
      },
    }),
  );

const sent = { upload: closed(mediaUploadEventSchema), pin: closed(pinEventSchema) };

/** Checks an event against the contract. A property or a reason that the contract does not describe is an error. */
export function expectByContract(event: { 'detail-type': string }): void {
  const valid = event['detail-type'].startsWith('Pin ') ? sent.pin : sent.upload;
  expect(valid(event), JSON.stringify([valid.errors, event])).toBe(true);
}
