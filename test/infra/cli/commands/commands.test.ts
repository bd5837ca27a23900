import { readFileSync } from 'node:fs';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { printNews } from '../../../../infra/cli/commands/watch.ts';
import { sizeInWords } from '../../../../shared/upload/size-words.ts';
import { startLocalPindrop } from '../../../harness/local-pindrop.ts';
import { pindropLocal, portsTo } from '../../../harness/pindrop-command.ts';

const clip = readFileSync(new URL('../../../fixtures/inspection/index-first.mp4', import.meta.url));

describe('the commands', () => {
  it('describe a stack with one succeeded, one failed and one waiting file', async () => {
    const stack = await startLocalPindrop({ tokens: ({ oauth }) => oauth.signedIn() });
    const command = pindropLocal(stack);
    const good = await stack.finalEventOf(await stack.drop('spring/good clip.mp4', clip));
    const bad = await stack.finalEventOf(await stack.drop('bad.simulate-failed.mp4', clip));
    stack.simulator.inject({ operation: 'media_create', fault: { kind: 'status', status: 503 }, times: 100 });
    const watching = new AbortController();
    const watched: string[] = [];
    const print = (line: string) => watched.push(line);
    const watched_ = printNews(portsTo(stack), { json: false, print, say: print }, watching.signal);
    await stack.drop('waiting.mp4', clip);
    await stack.until(() => stack.log().includes('to be tried again'));

    const listed = await command('list');
    expect(listed).toMatchObject({ code: 0, stderr: [] });
    expect(listed.stdout).toHaveLength(3);
    expect(listed.stdout[2]).toMatch(
      new RegExp(`good clip.mp4 +${good.uploadId} +succeeded +${good.mediaId} +succeeded`),
    );
    expect(listed.stdout[1]).toMatch(new RegExp(`${bad.uploadId} +failed +${bad.mediaId} +failed`));
    const rows = (await command('list', '--json')).stdout.map((line) => JSON.parse(line));
    expect(rows).toContainEqual(
      expect.objectContaining({ uploadId: good.uploadId, mediaId: good.mediaId, pinterest: 'succeeded' }),
    );
    const unreachable = await pindropLocal(stack, { PinterestApiUrl: 'http://127.0.0.1:9/v5' })('list');
    expect(unreachable.stderr).toEqual([
      'Pinterest did not answer media_list at all. The column "at Pinterest" is left empty.',
    ]);
    expect(unreachable.stdout[2]).toMatch(new RegExp(`good clip.mp4 +${good.uploadId} +succeeded +${good.mediaId} +–`));

    for (const what of [good.uploadId, good.mediaId ?? '', `s3://${stack.bucket}/spring/good clip.mp4`]) {
      const { stdout, code } = await command('status', what);
      expect(code).toBe(0);
      expect(stdout[0]).toBe(`spring/good clip.mp4 (${sizeInWords(clip.length)}), upload ${good.uploadId}`);
      expect(stdout).toContain(`  uploaded    ${good.timeline.uploadedAt}`);
      expect(stdout.join('\n')).toContain(`succeeded   ${good.timeline.completedAt}`);
    }
    expect((await command('status', bad.uploadId)).stdout.join('\n')).toContain(
      'processing_failed: Pinterest could not process the video',
    );
    const structured = await command('status', bad.uploadId, '--json');
    expect(JSON.parse(structured.stdout.join())).toMatchObject({ state: 'failed', upload: { uploadId: bad.uploadId } });
    for (const [what, why] of [
      [`s3://${stack.bucket}/waiting.mp4`, /waits in the queue.*npm run pindrop -- doctor --local/],
      [`s3://${stack.bucket}/nothing.mp4`, /There is no object/],
      ['s3://x/y', /does not watch the bucket x: its bucket is/],
      ['s3://x', /does not name an object/],
      ['no-such-upload', /There is no upload no-such-upload/],
      ['123', /None of the newest 1000 uploads has the media 123, and Pinterest does not know it/],
    ] as const) {
      expect(await command('status', what)).toEqual({ code: 1, stdout: [], stderr: [expect.stringMatching(why)] });
    }

    await stack.finalEventOf(await stack.drop('later.simulate-failed.mp4', Buffer.from('no video')));
    while (!watched.some((line) => line.includes('later'))) await new Promise((resolve) => setTimeout(resolve, 100));
    watching.abort();
    await watched_;
    expect(watched.join('\n')).toContain('later.simulate-failed.mp4  failed: ');
    expect(watched.join('\n')).not.toContain('good clip');
  });

  it('escape control characters in keys, and find keys that contain line breaks', async () => {
    const stack = await startLocalPindrop();
    const command = pindropLocal(stack);
    const key = 'esc\u001b]0;owned\u0007 line\nbreak\u009b31m\u202e.mp4';
    const event = await stack.finalEventOf(await stack.drop(key, Buffer.from('not a video')));
    const shown = 'esc\\u001b]0;owned\\u0007 line\\nbreak\\u009b31m\\u202e.mp4';
    const listed = await command('list');
    expect(listed.stdout).toHaveLength(2);
    expect(listed.stdout[1]).toContain(`  ${shown}  ${event.uploadId}  failed`);
    const [json = ''] = (await command('list', '--json')).stdout;
    expect(json).toContain('\\u009b31m\\u202e');
    expect(JSON.parse(json)).toMatchObject({ key });
    const url = `s3://${stack.bucket}/${key}`;
    expect((await command('status', url)).stdout[0]).toBe(`${shown} (11 bytes), upload ${event.uploadId}`);
    expect((await command('status', `${url}x`)).stderr).toEqual([
      `There is no object s3://${stack.bucket}/${shown}x, and no upload of it.`,
    ]);
    const retried = await command('retry', url);
    expect(retried).toMatchObject({ code: 0, stderr: [] });
    await stack.until(() => stack.events().some(({ uploadId }) => uploadId === retried.stdout[0]));
  });

  it('doctor: reports a healthy stack as healthy, and names a fix for each problem', async () => {
    const stack = await startLocalPindrop({
      simulator: { rateLimits: { perDay: 1000 } },
      settings: { prefix: 'videos/', suffixes: '.mp4,.MOV' },
      tokens: ({ oauth }) => ({
        ...oauth.signedIn(),
        accessTokenExpiresAt: new Date(Date.now() + 20.5 * 86_400_000).toISOString(),
      }),
    });
    const command = pindropLocal(stack);
    const healthy = await command('doctor');
    const text = healthy.stdout.join('\n');
    expect(text).toMatch(/^✔ stack outputs: complete\n✔ token: Pinterest accepts it\n✔ token days left: 20; /);
    expect(text).toMatch(/✔ quota: \d+ requests left of 1000/);
    expect(text).toMatch(/✔ queue: 0 ready/);
    expect(text).toMatch(/\n✔ token rotation: scheduled\n/);
    expect(text).toMatch(/\n✔ rate limit: registrations are allowed\n/);
    expect(text).toMatch(
      /\n\? ignored files: they are counted only on AWS; only keys that start with videos\/ and end in .mp4 or .mov are uploaded\n/,
    );
    expect(healthy.code).toBe(0);

    const fault = { kind: 'status', status: 429, code: 8, retryAfterSeconds: 1800 } as const;
    stack.simulator.inject({ operation: 'media_create', fault });
    await stack.drop('videos/clip.mp4', clip);
    await stack.until(() => stack.log().includes('to be tried again'));
    stack.simulator.oauth.revokeAll();
    const { sqs, outputs } = portsTo(stack);
    const QueueUrl = outputs['DeadLetterQueueUrl'];
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'no notification' }));
    const ill = await command('doctor');
    expect(ill.code).toBe(1);
    expect(ill.stdout.join('\n')).toMatch(/✘ token: .*401.* → npm run pindrop -- auth --local/);
    expect(ill.stdout.join('\n')).toMatch(/✘ rate limit: no registration until 20\d\d-.*Z → nothing to do: files wait/);
    expect(ill.stdout.join('\n')).toMatch(/✘ dead letters: 1 → .*npm run pindrop -- redrive --local/);
    expect((await command('doctor', '--json')).stdout.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ about: 'token', well: false, fix: 'npm run pindrop -- auth --local' }),
    );
    const partial = await pindropLocal(stack, { QueueUrl: '' })('doctor');
    expect(partial.stdout.join('\n')).toMatch(/✘ stack outputs: QueueUrl missing → restart npm start/);
    expect(partial.stdout.join('\n')).toMatch(/✘ queue: The stack Pindrop has no output QueueUrl/);
  });

  it('doctor and redrive: include the examples', async () => {
    const stack = await startLocalPindrop({
      settings: { with: 'slack-webhook,publish-pin' },
      tokens: ({ oauth }) => oauth.signedIn(),
    });
    const command = pindropLocal(stack);
    const healthy = await command('doctor');
    expect(healthy.code).toBe(0);
    expect(healthy.stdout).toContain('✔ dead letters of PublishPin: 0');
    expect(healthy.stdout).toContain('✔ failed executions: none');

    const { sqs, states, outputs } = portsTo(stack);
    const { SlackWebhookDeadLetterQueueUrl: QueueUrl, PublishPinStateMachineArn: stateMachineArn } = outputs;
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{"detail":{"uploadId":"undelivered"}}' }));
    await states.send(new StartExecutionCommand({ stateMachineArn, name: 'nonsense', input: '{}' }));
    await stack.until(() => stack.observations.some(({ kind }) => kind === 'execution-ended'));
    const ill = await command('doctor');
    const text = ill.stdout.join('\n');
    expect(text).toMatch(/✘ dead letters of SlackWebhook: 1 → see docs\/runbook.md#undelivered-events/);
    expect(text).toMatch(/✘ failed executions: \S+PublishPin:nonsense → see docs\/runbook.md#failed-executions/);
    expect(ill.code).toBe(1);

    expect(await command('redrive')).toEqual({
      code: 0,
      stdout: [],
      stderr: ['1 dead letter was moved back to the queue of SlackWebhook.'],
    });
    await stack.until(() => stack.log().includes('the event will be redelivered'));
    expect((await command('doctor')).stdout).toContain('✔ dead letters of SlackWebhook: 0');
  });

  it('redrive: starts one new attempt for each dead letter, even when it is run twice', async () => {
    const stack = await startLocalPindrop();
    const command = pindropLocal(stack);
    const { object } = await stack.finalEventOf(await stack.drop('clip.mp4', clip));
    const { key, size, eTag, versionId } = object;
    const record = {
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      eventTime: new Date().toISOString(),
      // A new attempt at the same version: its upload has no execution yet.
      pindropAttempt: 'that died at every attempt',
      s3: { bucket: { name: stack.bucket }, object: { key, size, eTag, versionId } },
    };
    const MessageBody = JSON.stringify({ Records: [record] });
    const { sqs, outputs } = portsTo(stack);
    await sqs.send(new SendMessageCommand({ QueueUrl: outputs['DeadLetterQueueUrl'], MessageBody }));
    await stack.until(() => stack.events().length === 2);
    expect(stack.events()[1]).toMatchObject({ status: 'failed', failure: { reason: 'gave_up' } });

    // The 503 delays the new attempt: both runs of redrive finish before it has an execution.
    stack.simulator.inject({ operation: 'media_create', fault: { kind: 'status', status: 503 } });
    const [first, second] = [await command('redrive'), await command('redrive')];
    expect(first).toEqual({ code: 0, stdout: [expect.any(String)], stderr: [] });
    expect(second).toEqual(first);
    await stack.until(() => stack.events().length === 3);
    expect(stack.events()[2]).toMatchObject({ status: 'succeeded', uploadId: first.stdout[0], object });
    expect(await command('redrive')).toEqual({
      code: 0,
      stdout: [],
      stderr: ['There are no dead letters to retry.'],
    });
    expect(stack.events()).toHaveLength(3);
  });
});
