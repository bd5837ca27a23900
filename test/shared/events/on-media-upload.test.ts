import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import type { MediaUploadEvent } from '../../../shared/events/events.ts';
import {
  mediaUploadFailedEventExamples,
  mediaUploadSucceededEventExample,
  mediaUploadSucceededExample,
} from '../../../shared/events/examples.ts';
import { NotAMediaUploadError, onMediaUpload } from '../../../shared/events/on-media-upload.ts';

function recorder() {
  const heard: unknown[] = [];
  const handler = onMediaUpload({
    succeeded: (upload, event) => heard.push([upload.mediaId, event['detail-type']]),
    failed: (upload, event) => heard.push([upload.failure.reason, event['detail-type']]),
  });
  return { heard, handler };
}

describe('onMediaUpload', () => {
  it('calls the callback for the outcome of the upload', async () => {
    const { heard, handler } = recorder();
    await handler(mediaUploadSucceededEventExample);
    await handler(mediaUploadFailedEventExamples.timed_out);
    expect(heard).toEqual([
      [mediaUploadSucceededExample.mediaId, 'Media Upload Succeeded'],
      ['timed_out', 'Media Upload Failed'],
    ]);
  });

  it('works as the base handler of middy', async () => {
    const { heard, handler } = recorder();
    await middy<MediaUploadEvent, void>(handler)(mediaUploadSucceededEventExample, {} as Context);
    expect(heard).toHaveLength(1);
  });

  it('waits for the callback, and fails when the callback fails', async () => {
    const handler = onMediaUpload({ succeeded: () => Promise.reject(new Error('the board is gone')) });
    await expect(handler(mediaUploadSucceededEventExample)).rejects.toThrow('the board is gone');
    await handler(mediaUploadFailedEventExamples.gave_up);
  });

  it('accepts an event with properties that a later version adds', async () => {
    const { heard, handler } = recorder();
    const { detail } = mediaUploadSucceededEventExample;
    await handler({ ...mediaUploadSucceededEventExample, 'replay-name': 'x', detail: { ...detail, colour: 'red' } });
    expect(heard).toHaveLength(1);
  });

  it.each([
    [undefined, 'This is not an EventBridge event but undefined.'],
    [null, 'This is not an EventBridge event but null.'],
    [JSON.stringify(mediaUploadSucceededEventExample), 'This is text, not an event: pass JSON.parse(record.body).'],
    [[mediaUploadSucceededEventExample], 'This is an array, not one event: pass each of its events.'],
    [{ messageId: '1', body: '{}' }, 'This is a record, not the event in it: pass JSON.parse(record.body).'],
    [{}, 'This is not an EventBridge event: it has no source. Pass the whole event, as a rule delivers it.'],
    [{ source: 7 }, 'This event is from 7, not from "pindrop": give the rule the pattern of eventPattern().'],
    [{ source: 'pindrop' }, 'This event has no detail-type. Pass the whole event, as a rule delivers it.'],
    [{ source: 'pindrop', 'detail-type': 'Media Upload Failed' }, 'differs from what Pindrop sends (at version, id,'],
    [{ Records: [] }, 'pass JSON.parse(record.body) of each record'],
    [mediaUploadSucceededExample, 'only the detail of an event'],
    [{ ...mediaUploadSucceededEventExample, source: 'aws.s3' }, 'from "aws.s3", not from "pindrop": give the rule'],
    [{ ...mediaUploadSucceededEventExample, 'detail-type': 'Pin Published' }, '"Pin Published", not Media Upload'],
    [{ ...mediaUploadSucceededEventExample, detail: { version: '2' } }, 'knows version 1. Install a newer one'],
    [
      { ...mediaUploadSucceededEventExample, detail: { ...mediaUploadSucceededExample, mediaId: 7 } },
      'differs from what Pindrop sends (at detail.mediaId)',
    ],
  ])('refuses any other input with an error that explains why: %o', async (event, sentence) => {
    const { heard, handler } = recorder();
    const refused = handler(event);
    await expect(refused).rejects.toThrow(NotAMediaUploadError);
    await expect(refused).rejects.toThrow(sentence);
    expect(heard).toEqual([]);
  });
});
