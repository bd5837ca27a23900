import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  mediaUploadFailedEventExamples,
  mediaUploadFailedExamples,
  mediaUploadSucceededEventExample,
  mediaUploadSucceededExample,
} from '../../shared/event-examples.ts';
import {
  finalEventDetailJsonSchema,
  finalEventDetailSchema,
  mediaUploadEventJsonSchema,
  mediaUploadEventSchema,
} from '../../shared/event-schema.ts';
import { FAILURE_REASONS, type FinalEventDetail } from '../../shared/events.ts';
import { finalEvent, type UploadRecord } from '../../shared/execution.ts';

const examples: FinalEventDetail[] = [mediaUploadSucceededExample, ...Object.values(mediaUploadFailedExamples)];

describe('the final event', () => {
  it('has an example of every kind, each by the contract', () => {
    for (const example of examples) expect(finalEventDetailSchema.parse(example)).toEqual(example);
    expect(Object.keys(mediaUploadFailedExamples).sort()).toEqual([...FAILURE_REASONS].sort());
  });

  it('has a JSON Schema that names both kinds', () => {
    expect(finalEventDetailJsonSchema).toMatchObject({ $schema: expect.stringContaining('2020-12') });
    expect(JSON.stringify(finalEventDetailJsonSchema)).toContain('"gave_up"');
  });

  it('has examples of the whole event too, each by the schema and by the JSON Schema', () => {
    const ajv = new Ajv2020({ strict: true });
    addFormats.default(ajv);
    const byJsonSchema = ajv.compile(mediaUploadEventJsonSchema);
    for (const event of [mediaUploadSucceededEventExample, ...Object.values(mediaUploadFailedEventExamples)]) {
      expect(mediaUploadEventSchema.parse(event)).toEqual(event);
      expect(byJsonSchema(event), JSON.stringify(byJsonSchema.errors)).toBe(true);
      expect(byJsonSchema({ ...event, detail: { ...event.detail, polls: 'often' } })).toBe(false);
    }
  });

  it('tells by status whether there is a failure', () => {
    expectTypeOf<Extract<FinalEventDetail, { status: 'failed' }>>().toHaveProperty('failure');
    expectTypeOf<Extract<FinalEventDetail, { status: 'succeeded' }>>().not.toHaveProperty('failure');
  });
});

describe('finalEvent', () => {
  const upload: UploadRecord = {
    uploadId: 'clip-1',
    object: mediaUploadSucceededExample.object,
    timeline: { droppedAt: '2026-03-01T09:00:00.000Z' },
  };
  const now = new Date('2026-03-01T09:01:00.000Z');

  it('leaves out what never happened', () => {
    const failure = { reason: 'rejected_file', message: 'It is empty.', retryable: false } as const;
    const { detail, detailType } = finalEvent(upload, 0, now, { status: 'failed', failure });
    expect(detailType).toBe('Media Upload Failed');
    expect(detail).not.toHaveProperty('mediaId');
    expect(finalEventDetailSchema.parse(detail)).toEqual(detail);
  });

  it('succeeds only with a media', () => {
    expect(() => finalEvent(upload, 1, now, { status: 'succeeded' })).toThrow('without a media id');
    const { detail } = finalEvent({ ...upload, mediaId: '1' }, 1, now, { status: 'succeeded' });
    expect(finalEventDetailSchema.parse(detail)).toEqual(detail);
  });
});
