import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Failure, FinalEventDetail, KnownFailure, MediaUploadEvent } from '../../../shared/events/events.ts';
import {
  exampleEnvelope,
  mediaUploadFailedEventExamples,
  mediaUploadFailedExamples,
  mediaUploadSucceededEventExample,
  mediaUploadSucceededExample,
} from '../../../shared/events/examples.ts';
import { FAILURE_REASONS, type FailureReason } from '../../../shared/events/names.ts';
import {
  finalEventDetailJsonSchema,
  finalEventDetailSchema,
  mediaUploadEventJsonSchema,
  mediaUploadEventSchema,
} from '../../../shared/events/schema.ts';
import { finalEvent, type UploadRecord } from '../../../shared/upload/execution.ts';
import { madeFailures } from '../../docs/made-failures.ts';
import { expectByContract, jsonSchemaReader } from '../../harness/contract.ts';

const examples: FinalEventDetail[] = [mediaUploadSucceededExample, ...Object.values(mediaUploadFailedExamples)];

describe('the final event', () => {
  it('has an example of each kind, and each follows the contract', () => {
    for (const example of examples) expect(finalEventDetailSchema.parse(example)).toEqual(example);
    expect(Object.keys(mediaUploadFailedExamples).sort()).toEqual([...FAILURE_REASONS].sort());
  });

  it('has a JSON Schema with both kinds', () => {
    expect(finalEventDetailJsonSchema).toMatchObject({ $schema: expect.stringContaining('2020-12') });
    expect(JSON.stringify(finalEventDetailJsonSchema)).toContain('"gave_up"');
  });

  it('has examples of the whole event that pass the schema and the JSON Schema', () => {
    const byJsonSchema = jsonSchemaReader(mediaUploadEventJsonSchema);
    for (const event of [mediaUploadSucceededEventExample, ...Object.values(mediaUploadFailedEventExamples)]) {
      expectByContract(event);
      expect(mediaUploadEventSchema.parse(event)).toEqual(event);
      expect(byJsonSchema(event), JSON.stringify(byJsonSchema.errors)).toBe(true);
      expect(byJsonSchema({ ...event, detail: { ...event.detail, polls: 'often' } })).toBe(false);
    }
  });

  it('stays valid for an older subscriber when a later version adds a property or a reason', () => {
    const { detail, ...envelope } = mediaUploadFailedEventExamples.gave_up;
    const later = {
      ...envelope,
      'replay-name': 'spring',
      detail: {
        ...detail,
        colour: 'red',
        object: { ...detail.object, storageClass: 'GLACIER' },
        timeline: { ...detail.timeline, inspectedAt: detail.timeline.completedAt },
        failure: { ...detail.failure, reason: 'copyright_claimed', rule: 7 },
      },
    };
    expect(mediaUploadEventSchema.parse(later)).toEqual(later);
    expect(finalEventDetailSchema.parse(later.detail)).toEqual(later.detail);
    expect(jsonSchemaReader(mediaUploadEventJsonSchema)(later)).toBe(true);
    expect(jsonSchemaReader(finalEventDetailJsonSchema)(later.detail)).toBe(true);
    // Events that this version sends get a stricter check, which rejects additions.
    expect(() => expectByContract(later)).toThrow();
    expectTypeOf<Extract<FinalEventDetail, { status: 'failed' }>>().not.toHaveProperty('colour');
    expectTypeOf<FailureReason>().not.toEqualTypeOf<string>();
    expectTypeOf('gave_up').toExtend<Failure['reason']>();
  });

  it('follows the contract for every failure that the code emits, and all reasons occur', async () => {
    const upload = { ...mediaUploadFailedExamples.gave_up };
    const reasons = (await madeFailures()).map((failure) => {
      const known = failure as KnownFailure;
      const { detail, detailType } = finalEvent(upload, 3, new Date(), { status: 'failed', failure: known });
      expectByContract({ ...exampleEnvelope, 'detail-type': detailType, detail } as MediaUploadEvent);
      return failure.reason;
    });
    expect([...new Set(reasons)].sort()).toEqual([...FAILURE_REASONS].sort());
  });

  it('has a failure exactly when its status is failed', () => {
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

  it('omits the times of steps that never happened', () => {
    const failure = { reason: 'rejected_file', message: 'It is empty.', retryable: false } as const;
    const { detail, detailType } = finalEvent(upload, 0, now, { status: 'failed', failure });
    expect(detailType).toBe('Media Upload Failed');
    expect(detail).not.toHaveProperty('mediaId');
    expect(finalEventDetailSchema.parse(detail)).toEqual(detail);
  });

  it('contains the sidecar, whether the upload succeeded or failed', () => {
    const sidecar = { title: 'Frühling 🌷', pin: { board: '549755885175', tags: ['a', null, 1.5] } };
    const failure = { reason: 'rejected_file', message: 'It is empty.', retryable: false } as const;
    for (const outcome of [{ status: 'succeeded' } as const, { status: 'failed', failure } as const]) {
      const { detail } = finalEvent({ ...upload, mediaId: '1', sidecar }, 1, now, outcome);
      expect(detail.sidecar).toEqual(sidecar);
      expect(finalEventDetailSchema.parse(detail)).toEqual(detail);
    }
  });

  it('lets no sidecar change the prototype of an object', () => {
    const sidecar = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}');
    const { detail } = finalEvent({ ...upload, mediaId: '1', sidecar }, 1, now, { status: 'succeeded' });
    for (const read of [detail, finalEventDetailSchema.parse(detail), JSON.parse(JSON.stringify(detail))]) {
      expect(read.sidecar?.polluted).toBeUndefined();
      expect(Object.getPrototypeOf(read.sidecar)).toBe(Object.prototype);
    }
    expect({}).not.toHaveProperty('polluted');
  });

  it('succeeds only with a media id', () => {
    expect(() => finalEvent(upload, 1, now, { status: 'succeeded' })).toThrow('without a media id');
    const { detail } = finalEvent({ ...upload, mediaId: '1' }, 1, now, { status: 'succeeded' });
    expect(finalEventDetailSchema.parse(detail)).toEqual(detail);
  });
});
