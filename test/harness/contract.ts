import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'vitest';
import { z } from 'zod';
import { pinEventSchema } from '../../shared/events/pin/pin-event-schema.ts';
import { mediaUploadEventSchema } from '../../shared/events/schema.ts';

/** What the JSON Schemas are to subscribers in other languages. */
export function jsonSchemaReader(schema: object): ValidateFunction {
  const ajv = new Ajv2020({ strict: true });
  addFormats.default(ajv);
  return ajv.compile(schema);
}

/** The contract without what it leaves open to later versions: for what this version sends itself. */
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

/** Checks an event of ours by the contract: nothing in it is not described, and no reason is unknown. */
export function expectByContract(event: { 'detail-type': string }): void {
  const valid = event['detail-type'].startsWith('Pin ') ? sent.pin : sent.upload;
  expect(valid(event), JSON.stringify([valid.errors, event])).toBe(true);
}
