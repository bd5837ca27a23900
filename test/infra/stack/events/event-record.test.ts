import { describe, expect, it } from 'vitest';
import { mediaUploadFailedExamples, mediaUploadSucceededExample } from '../../../../shared/events/examples.ts';
import { pinFailedExamples, pinPublishedExample } from '../../../../shared/events/pin/pin-event-examples.ts';
import { jsonSchemaReader } from '../../../harness/contract.ts';
import { synthesized } from '../synthesized.ts';

const EXAMPLES: Record<string, object[]> = {
  'pindrop@MediaUploadSucceeded': [mediaUploadSucceededExample],
  'pindrop@MediaUploadFailed': Object.values(mediaUploadFailedExamples),
  'pindrop@PinPublished': [pinPublishedExample],
  'pindrop@PinFailed': Object.values(pinFailedExamples),
};

describe('the schema registry', () => {
  const schemas = Object.values(synthesized().findResources('AWS::EventSchemas::Schema')).map(({ Properties }) => {
    const { $schema, ...schema } = JSON.parse(Properties.Content);
    return { name: Properties.SchemaName as string, $schema, schema };
  });

  it('has a schema for each event type', () => {
    expect(schemas.map(({ name }) => name).sort()).toEqual(Object.keys(EXAMPLES).sort());
  });

  it.each(schemas)('accepts $name as sent today, and with properties added later', ({ name, $schema, schema }) => {
    expect($schema).toContain('draft-04');
    // The validator implements a newer draft. The keywords that the schemas use mean the same in both drafts.
    const valid = jsonSchemaReader(schema);
    for (const example of EXAMPLES[name] ?? []) {
      expect(valid(example), JSON.stringify(valid.errors)).toBe(true);
      expect(valid({ ...example, colour: 'red' }), JSON.stringify(valid.errors)).toBe(true);
      expect(valid({ ...example, object: undefined })).toBe(false);
    }
  });
});
