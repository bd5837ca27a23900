import { readFileSync } from 'node:fs';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { retry } from '../../../infra/operations/retry-upload.ts';
import { startLocalPindrop } from '../../harness/local-pindrop.ts';

const clip = readFileSync(new URL('../../../infra/local/pinterest/sample-clip.mp4', import.meta.url));

describe('retry', () => {
  it('gives a failed drop a new attempt with an event of its own, and others none', async () => {
    const pindrop = await startLocalPindrop();
    const { endpoint, region, accessKey: credentials, outputs } = pindrop.stack;
    const client = { endpoint, region, credentials };
    const ports = { outputs, s3: pindrop.s3, states: new SFNClient(client), sqs: new SQSClient(client) };
    onTestFinished(() => {
      ports.states.destroy();
      ports.sqs.destroy();
    });
    pindrop.simulator.inject({ operation: 'media_create', fault: { kind: 'status', status: 403, code: 29 } });
    const failed = await pindrop.finalEventOf(await pindrop.drop('a b+c é.mp4', clip, { board: '42' }));
    expect(failed).toMatchObject({ status: 'failed', failure: { reason: 'registration_refused', retryable: true } });

    const uploadId = await retry(failed.uploadId, ports);
    expect(uploadId).not.toBe(failed.uploadId);
    await pindrop.until(() => pindrop.events().length > 1);
    const [, succeeded] = pindrop.events();
    expect(succeeded).toMatchObject({ status: 'succeeded', uploadId, object: failed.object });

    await expect(retry(uploadId, ports)).rejects.toThrow('nothing to retry');
    await expect(retry('no-such-upload', ports)).rejects.toThrow('There is no upload');
    await expect(retry('s3://bucket', ports)).rejects.toThrow('names no object');
    await expect(retry(`s3://${pindrop.bucket}/nothing`, ports)).rejects.toThrow('There is no object');
    const again = await retry(`s3://${pindrop.bucket}/a b+c é.mp4`, ports);
    await pindrop.until(() => pindrop.events().some((event) => event.uploadId === again));
  });
});
