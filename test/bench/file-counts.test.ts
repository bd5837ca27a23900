import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { s3DropSource } from '../../functions/ingest/drop-source.ts';
import { inspectVideo } from '../../functions/ingest/inspection/inspect-video.ts';
import { readSidecar } from '../../functions/ingest/sidecar.ts';
import { UPLOAD_LOG } from '../../shared/upload/upload-log.ts';
import { startLocalPindrop } from '../harness/local-pindrop.ts';
import { FIXED_TRANSITIONS, LOG_BYTES, S3_READS, TRANSITIONS_PER_POLL } from './file-counts.ts';

const clip = readFileSync(new URL('../../infra/local/pinterest/sample-clip.mp4', import.meta.url));

/** Bytes that Lambda itself logs for an invocation: START, END and REPORT as JSON. */
const LAMBDAS_OWN_BYTES = 800;

describe('the counts behind the bill', () => {
  it('match the state transitions and log bytes of a running stack', async () => {
    const pindrop = await startLocalPindrop({ simulator: { processingSeconds: () => 3600 } });
    const { simulator } = pindrop;
    const versionId = await pindrop.drop('clip.mp4', clip);
    // Pinterest is ready once it was asked: a slow function may ask late.
    await pindrop.until(() => pindrop.log().includes(UPLOAD_LOG.processing));
    for (const { mediaId } of simulator.media()) simulator.finish(mediaId, 'succeeded');
    const { uploadId, polls } = await pindrop.finalEventOf(versionId);
    await pindrop.until(() => pindrop.observations.some(({ kind }) => kind === 'execution-ended'));
    expect(polls).toBeGreaterThan(1);
    const states = pindrop.observations.filter((it) => it.kind === 'state-entered' && it.executionName === uploadId);
    expect(states).toHaveLength(FIXED_TRANSITIONS + TRANSITIONS_PER_POLL * polls);

    const logged = (name: RegExp) =>
      pindrop.observations.reduce(
        (bytes, it) => bytes + (it.kind === 'function-log' && name.test(it.functionName) ? it.line.length + 1 : 0),
        LAMBDAS_OWN_BYTES,
      );
    const perPoll = (logged(/Poll/) - LAMBDAS_OWN_BYTES) / polls + LAMBDAS_OWN_BYTES;
    for (const [bytes, reckoned] of [
      [logged(/Ingest/), LOG_BYTES.ingest],
      [perPoll, LOG_BYTES.poll],
    ] as const) {
      expect(bytes).toBeLessThan(1.15 * reckoned);
      // The lower bound is loose: the upload of a larger file also logs its progress.
      expect(bytes).toBeGreaterThan(0.5 * reckoned);
    }
  });

  it('include every read of an object', async () => {
    let reads = 0;
    const s3 = {
      async send({ input: { Range } }: { input: { Range?: string } }) {
        reads++;
        const [start = 0, last = clip.length - 1] = (Range?.match(/\d+/g) ?? []).map(Number);
        return {
          ETag: '"e"',
          ContentLength: clip.length,
          ...(Range !== undefined && { ContentRange: `bytes ${start}-${last}/${clip.length}` }),
          Body: Object.assign(Readable.from([clip.subarray(start, last + 1)]), {
            transformToByteArray: async () => clip.subarray(start, last + 1),
          }),
        };
      },
    };
    const source = s3DropSource(s3 as unknown as S3Client);
    const drop = { uploadId: 'u', bucket: 'b', key: 'clip.mp4', eTag: 'e', size: clip.length, droppedAt: '' };
    const object = await source.head(drop);
    const read = (start: number, end: number) => source.read(object, start, end);
    await readSidecar(object, source);
    expect(await inspectVideo({ size: object.size, read })).toEqual({ verdict: 'accepted' });
    await source.open(object);
    expect(reads).toBeLessThanOrEqual(S3_READS);
  });
});
