import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { maxReceiveCount } from '../../infra/stack/drops/drop-queue.ts';
import { startLocalPindrop } from '../harness/local-pindrop.ts';

const clip = readFileSync(new URL('../../infra/local/pinterest/sample-clip.mp4', import.meta.url));
const sha256 = createHash('sha256').update(clip).digest('hex');

describe('a drop', () => {
  it('ends with one event, and its bytes are uploaded unchanged', async () => {
    const pindrop = await startLocalPindrop();
    const versionId = await pindrop.drop('a folder/a b+c 100% é.mp4', clip, { board: '42' });
    const event = await pindrop.finalEventOf(versionId);
    expect(event).toMatchObject({
      status: 'succeeded',
      mediaType: 'video',
      object: {
        bucket: pindrop.bucket,
        key: 'a folder/a b+c 100% é.mp4',
        size: clip.length,
        contentType: 'video/mp4',
        metadata: { board: '42' },
      },
    });
    const [media, ...others] = pindrop.simulator.media();
    expect(others).toEqual([]);
    expect(media).toMatchObject({ mediaId: event.mediaId, uploads: 1, file: { sha256, size: clip.length } });
    expect(media?.file).not.toHaveProperty('transferEncoding');
    expect(pindrop.events()).toHaveLength(1);
    expect(pindrop.log()).not.toMatch(/pina_|x-amz-signature|x-amz-security-token/);
    expect(JSON.stringify(pindrop.events())).not.toMatch(/pina_|x-amz-signature/);
  });

  it('that Pinterest cannot process ends with a failed event', async () => {
    const pindrop = await startLocalPindrop();
    const event = await pindrop.finalEventOf(await pindrop.drop('clip.simulate-failed.mp4', clip));
    expect(event).toMatchObject({
      status: 'failed',
      mediaId: expect.any(String),
      failure: { reason: 'processing_failed' },
    });
  });

  it('whose put event is repeated is uploaded once and ends with one event', async () => {
    const pindrop = await startLocalPindrop();
    const { endpoint, region, accessKey: credentials, outputs } = pindrop.stack;
    const sqs = new SQSClient({ endpoint, region, credentials });
    const versionId = await pindrop.drop('clip.mp4', clip);
    const { uploadId } = await pindrop.finalEventOf(versionId);
    const record = {
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      eventTime: new Date().toISOString(),
      s3: { bucket: { name: pindrop.bucket }, object: { key: 'clip.mp4', size: clip.length, versionId } },
    };
    for (let turn = 0; turn < 5; turn++) {
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: outputs['QueueUrl'],
          MessageBody: JSON.stringify({ Records: [record, record] }),
        }),
      );
    }
    await pindrop.until(() => pindrop.log().split('already followed').length > 10);
    sqs.destroy();
    expect(pindrop.events().map((event) => event.uploadId)).toEqual([uploadId]);
    expect(pindrop.simulator.media()).toHaveLength(1);
  });

  it('that is overwritten at once is uploaded with its own bytes, and the new version is uploaded too', async () => {
    const pindrop = await startLocalPindrop();
    const other = Buffer.concat([clip, Buffer.from('\0\0\0\x08free', 'latin1')]);
    const [first, second] = [await pindrop.drop('clip.mp4', clip), await pindrop.drop('clip.mp4', other)];
    const events = [await pindrop.finalEventOf(first), await pindrop.finalEventOf(second)];
    expect(events.map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
    expect(
      pindrop.simulator
        .media()
        .map(({ file }) => file?.size)
        .sort(),
    ).toEqual([clip.length, other.length].sort());
  });

  it('that is deleted before it is registered fails with source_missing', async () => {
    const pindrop = await startLocalPindrop({ simulator: { rateLimits: {} } });
    // No registration succeeds before the object is deleted, and none is attempted after that.
    pindrop.simulator.inject({ operation: 'media_create', fault: { kind: 'status', status: 503 }, times: 1000 });
    const versionId = await pindrop.drop('clip.mp4', clip);
    await pindrop.until(() => pindrop.log().includes('to be tried again'));
    await pindrop.s3.send(new DeleteObjectCommand({ Bucket: pindrop.bucket, Key: 'clip.mp4', VersionId: versionId }));
    expect(await pindrop.finalEventOf(versionId)).toMatchObject({ failure: { reason: 'source_missing' } });
  });

  it('that names no version fails with source_changed if its object has changed', async () => {
    const pindrop = await startLocalPindrop();
    const { endpoint, region, accessKey: credentials, outputs } = pindrop.stack;
    const sqs = new SQSClient({ endpoint, region, credentials });
    await pindrop.finalEventOf(await pindrop.drop('clip.mp4', clip));
    // The put event of an earlier object, as an unversioned bucket sends it.
    const object = { key: 'clip.mp4', size: 7, eTag: 'another', sequencer: '01' };
    const record = {
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      eventTime: new Date().toISOString(),
      s3: { bucket: { name: pindrop.bucket }, object },
    };
    await sqs.send(
      new SendMessageCommand({ QueueUrl: outputs['QueueUrl'], MessageBody: JSON.stringify({ Records: [record] }) }),
    );
    sqs.destroy();
    await pindrop.until(() => pindrop.events().length > 1);
    expect(pindrop.events()[1]).toMatchObject({ status: 'failed', failure: { reason: 'source_changed' } });
  });

  it('whose function dies at every attempt ends with one event, reported from the dead-letter queue', async () => {
    const patience = { giveUpAfterHours: 0.003, maxBackoffSeconds: 900 };
    const pindrop = await startLocalPindrop({
      settings: { ...patience, redeliverAfterSeconds: 3, uploadTimeoutMinutes: 0.5 },
    });
    // Uploads hang, so that each attempt still holds its message when it is killed.
    pindrop.simulator.inject({ operation: 'upload', fault: { kind: 'hang' }, times: 1000 });
    const versionId = await pindrop.drop('clip.mp4', clip);
    let kills = 0;
    const timer = setInterval(() => {
      if (pindrop.simulator.requests.filter(({ operation }) => operation === 'upload').length <= kills) return;
      kills++;
      for (const { functionName, processId } of pindrop.stack.functionProcesses()) {
        if (functionName.endsWith('Ingest')) process.kill(processId, 'SIGKILL');
      }
    }, 50);
    const event = await pindrop.finalEventOf(versionId);
    clearInterval(timer);
    expect(event).toMatchObject({
      status: 'failed',
      failure: { reason: 'gave_up', message: expect.stringContaining('died at every attempt') },
    });
    expect(pindrop.events()).toHaveLength(1);
    // The give-up time ended the upload, not the queue's maximum receive count.
    expect(kills).toBeLessThan(maxReceiveCount(patience));
  }, 900_000);
});
