import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { InjectedFault } from '../../infra/local/pinterest/faults.ts';
import { startLocalPindrop } from '../harness/local-pindrop.ts';

const clip = readFileSync(new URL('../../infra/local/pinterest/sample-clip.mp4', import.meta.url));
const sha256 = createHash('sha256').update(clip).digest('hex');

describe('a temporary fault', () => {
  it.each<InjectedFault>([
    { operation: 'media_create', fault: { kind: 'status', status: 503 } },
    { operation: 'media_create', fault: { kind: 'garbage' } },
    { operation: 'media_create', fault: { kind: 'reset' } },
    { operation: 'upload', fault: { kind: 'reset', afterBytes: 100_000 } },
    { operation: 'upload', fault: { kind: 'status', status: 503, s3Code: 'SlowDown' } },
    { operation: 'media_get', fault: { kind: 'html', status: 502 } },
    { operation: 'media_get', fault: { kind: 'status', status: 404 } },
  ])('delays the upload but does not fail it: $operation, $fault.kind', async (fault) => {
    const pindrop = await startLocalPindrop();
    pindrop.simulator.inject(fault);
    const event = await pindrop.finalEventOf(await pindrop.drop('clip.mp4', clip));
    expect(event.status).toBe('succeeded');
    const media = pindrop.simulator.media().find(({ mediaId }) => mediaId === event.mediaId);
    expect(media).toMatchObject({ uploads: 1, file: { sha256 } });
    expect(pindrop.events()).toHaveLength(1);
  });

  it('in the response to a complete upload does not send the file again', async () => {
    const pindrop = await startLocalPindrop();
    pindrop.simulator.inject({ operation: 'upload', fault: { kind: 'stored-not-answered' } });
    const event = await pindrop.finalEventOf(await pindrop.drop('clip.mp4', clip));
    expect(event.status).toBe('succeeded');
    expect(pindrop.simulator.media()).toHaveLength(1);
  });

  it('fails the upload with gave_up when it lasts longer than the give-up time', async () => {
    const pindrop = await startLocalPindrop({ settings: { giveUpAfterHours: 0.005 } });
    pindrop.simulator.inject({ operation: 'media_create', fault: { kind: 'status', status: 503 }, times: 1000 });
    const event = await pindrop.finalEventOf(await pindrop.drop('clip.mp4', clip));
    expect(event).toMatchObject({ status: 'failed', failure: { reason: 'gave_up', retryable: true } });
  });

  it('with Retry-After delays the next request by at least that time', async () => {
    const pindrop = await startLocalPindrop();
    pindrop.simulator.inject({
      operation: 'media_create',
      fault: { kind: 'status', status: 429, retryAfterSeconds: 12 },
    });
    const event = await pindrop.finalEventOf(await pindrop.drop('clip.mp4', clip));
    expect(event.status).toBe('succeeded');
    const [refused, again] = pindrop.simulator.requests;
    expect((again?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual(12_000);
  });
});

describe('a permanent fault', () => {
  it.each<[InjectedFault, string]>([
    [{ operation: 'media_create', fault: { kind: 'status', status: 403, code: 29 } }, 'registration_refused'],
    [{ operation: 'upload', fault: { kind: 'status', status: 400, s3Code: 'EntityTooLarge' } }, 'upload_refused'],
  ])('fails the upload at once: %o', async (fault, reason) => {
    const pindrop = await startLocalPindrop();
    pindrop.simulator.inject(fault);
    const event = await pindrop.finalEventOf(await pindrop.drop('clip.mp4', clip));
    expect(event).toMatchObject({
      status: 'failed',
      failure: { reason, message: expect.stringMatching(/check|retry|drop/i) },
    });
  });
});

describe('a media', () => {
  it('that stays in processing fails with timed_out', async () => {
    const pindrop = await startLocalPindrop({
      simulator: { processingSeconds: () => 3600 },
      settings: { pollDeadlineMinutes: 0.15 },
    });
    const event = await pindrop.finalEventOf(await pindrop.drop('clip.mp4', clip));
    expect(event).toMatchObject({ failure: { reason: 'timed_out' } });
  });

  it('that Pinterest no longer knows fails with media_not_found', async () => {
    const pindrop = await startLocalPindrop({
      simulator: { processingSeconds: () => 3600 },
      settings: { pollDeadlineMinutes: 0.15 },
    });
    const versionId = await pindrop.drop('clip.mp4', clip);
    await pindrop.until(() => pindrop.log().includes('"uploaded"'));
    for (const { mediaId } of pindrop.simulator.media()) pindrop.simulator.forget(mediaId);
    expect(await pindrop.finalEventOf(versionId)).toMatchObject({ failure: { reason: 'media_not_found' } });
  });
});

describe('a function that is killed', () => {
  it('loses no drop: its message is redelivered and the drop ends with one event', async () => {
    const pindrop = await startLocalPindrop({ settings: { redeliverAfterSeconds: 3 } });
    pindrop.simulator.inject({ operation: 'upload', fault: { kind: 'hang' } });
    const versionId = await pindrop.drop('clip.mp4', clip);
    await pindrop.until(() => pindrop.simulator.requests.some(({ operation }) => operation === 'upload'));
    for (const { processId } of pindrop.stack.functionProcesses()) process.kill(processId, 'SIGKILL');
    expect(await pindrop.finalEventOf(versionId)).toMatchObject({ status: 'succeeded' });
    expect(pindrop.events()).toHaveLength(1);
  });
});

describe('a token that is refused', () => {
  it('is read again from the secret, and the upload continues', async () => {
    const pindrop = await startLocalPindrop();
    const { endpoint, region, accessKey: credentials, outputs } = pindrop.stack;
    await pindrop.finalEventOf(await pindrop.drop('warm.mp4', clip));
    pindrop.simulator.renewAccessToken('pina_renewed');
    const versionId = await pindrop.drop('clip.mp4', clip);
    await pindrop.until(() => pindrop.log().includes('refused the access token'));
    const secrets = new SecretsManagerClient({ endpoint, region, credentials });
    onTestFinished(() => secrets.destroy());
    const SecretString = JSON.stringify({ accessToken: 'pina_renewed' });
    await secrets.send(new PutSecretValueCommand({ SecretId: outputs['TokenSecretArn'], SecretString }));
    expect(await pindrop.finalEventOf(versionId)).toMatchObject({ status: 'succeeded' });
  });
});
