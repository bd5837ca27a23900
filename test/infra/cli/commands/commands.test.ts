import { readFileSync } from 'node:fs';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import type { Command, CommandPorts, Output } from '../../../../infra/cli/command.ts';
import { doctorCommand } from '../../../../infra/cli/commands/doctor.ts';
import { listCommand } from '../../../../infra/cli/commands/list.ts';
import { redriveCommand } from '../../../../infra/cli/commands/redrive.ts';
import { statusCommand } from '../../../../infra/cli/commands/status.ts';
import { watch } from '../../../../infra/cli/commands/watch.ts';
import { portsOf } from '../../../../infra/operations/stack-location.ts';
import { type LocalPindrop, startLocalPindrop } from '../../../harness/local-pindrop.ts';

const clip = readFileSync(new URL('../../../fixtures/inspection/index-first.mp4', import.meta.url));

function portsTo({ stack, simulator }: LocalPindrop): CommandPorts {
  const { endpoint, region, accessKey: credentials, outputs } = stack;
  const client = { endpoint, region, credentials };
  return portsOf({ stackName: 'Pindrop', outputs, client, apiUrl: simulator.url, local: true });
}

function recorded(json: boolean) {
  const lines: string[] = [];
  const output: Output = { json, terminal: false, print: (line) => lines.push(line), say: (line) => lines.push(line) };
  return { lines, output };
}

async function run(command: Command, args: string[], ports: CommandPorts, { json = false } = {}) {
  const { lines, output } = recorded(json);
  const code = await command.run(args, ports, output);
  return { code, lines, text: lines.join('\n') };
}

describe('the commands', () => {
  it('tell of a stack in which one file succeeded, one failed and one waits', async () => {
    const pindrop = await startLocalPindrop({ tokens: ({ oauth }) => oauth.signedIn() });
    const ports = portsTo(pindrop);
    const good = await pindrop.finalEventOf(await pindrop.drop('spring/good clip.mp4', clip));
    const bad = await pindrop.finalEventOf(await pindrop.drop('bad.simulate-failed.mp4', clip));
    pindrop.simulator.inject({ operation: 'media_create', fault: { kind: 'status', status: 503 }, times: 100 });
    const watching = new AbortController();
    const { lines: watched, output } = recorded(false);
    const watched_ = watch(ports, output, watching.signal);
    await pindrop.drop('waiting.mp4', clip);
    await pindrop.until(() => pindrop.log().includes('to be tried again'));

    const listed = await run(listCommand, [], ports);
    expect(listed.code).toBe(0);
    expect(listed.lines[0]?.split('\n')).toHaveLength(3);
    expect(listed.text).toMatch(new RegExp(`good clip.mp4 +${good.uploadId} +succeeded +${good.mediaId} +succeeded`));
    expect(listed.text).toMatch(new RegExp(`${bad.uploadId} +failed +${bad.mediaId} +failed`));
    const rows = (await run(listCommand, [], ports, { json: true })).lines.map((line) => JSON.parse(line));
    expect(rows).toContainEqual(
      expect.objectContaining({ uploadId: good.uploadId, mediaId: good.mediaId, pinterest: 'succeeded' }),
    );
    const unreachable = await run(listCommand, [], { ...ports, apiUrl: 'http://127.0.0.1:9/v5' });
    expect(unreachable.lines[0]).toBe(
      'Pinterest did not answer media_list at all. What it says of the media is left out.',
    );
    expect(unreachable.text).toMatch(new RegExp(`good clip.mp4 +${good.uploadId} +succeeded +${good.mediaId} +–`));

    for (const what of [good.uploadId, good.mediaId ?? '', `s3://${pindrop.bucket}/spring/good clip.mp4`]) {
      const { text, code } = await run(statusCommand, [what], ports);
      expect(code).toBe(0);
      expect(text).toContain(`upload ${good.uploadId}`);
      expect(text).toContain(`uploaded    ${good.timeline.uploadedAt}`);
      expect(text).toContain(`succeeded   ${good.timeline.completedAt}`);
    }
    const { text: failed } = await run(statusCommand, [bad.uploadId], ports);
    expect(failed).toContain('processing_failed: Pinterest could not process the video');
    const structured = await run(statusCommand, [bad.uploadId], ports, { json: true });
    expect(JSON.parse(structured.text)).toMatchObject({ state: 'failed', upload: { uploadId: bad.uploadId } });
    await expect(run(statusCommand, [`s3://${pindrop.bucket}/waiting.mp4`], ports)).rejects.toThrow(
      'waits in the queue',
    );
    await expect(run(statusCommand, ['no-such-upload'], ports)).rejects.toThrow('There is no upload no-such-upload');
    await expect(run(statusCommand, ['123'], ports)).rejects.toThrow('Pinterest does not know it');
    await expect(run(statusCommand, ['s3://x/y'], ports)).rejects.toThrow(/no object|NoSuchBucket|does not exist/i);

    const afterwards = await pindrop.drop('later.simulate-failed.mp4', Buffer.from('no video'));
    await pindrop.finalEventOf(afterwards);
    while (!watched.some((line) => line.includes('later'))) await new Promise((resolve) => setTimeout(resolve, 100));
    watching.abort();
    await watched_;
    expect(watched.join('\n')).toContain('later.simulate-failed.mp4  failed: ');
    expect(watched.join('\n')).not.toContain('good clip');
  });

  it('doctor: finds all well where it is, and names the mend where it is not', async () => {
    const pindrop = await startLocalPindrop({
      simulator: { rateLimits: { perDay: 1000 } },
      tokens: ({ oauth }) => ({
        ...oauth.signedIn(),
        accessTokenExpiresAt: new Date(Date.now() + 20.5 * 86_400_000).toISOString(),
      }),
    });
    const ports = portsTo(pindrop);
    const healthy = await run(doctorCommand, [], ports);
    expect(healthy.text).toMatch(/^✔ stack outputs: all there\n✔ token: Pinterest takes it\n✔ token days left: 20; /);
    expect(healthy.text).toMatch(/✔ quota: \d+ requests left of 1000/);
    expect(healthy.text).toMatch(/✔ queue: 0 to be taken up/);
    expect(healthy.code).toBe(0);

    pindrop.simulator.oauth.revokeAll();
    const DeadLetterQueueUrl = ports.outputs['DeadLetterQueueUrl'];
    await ports.sqs.send(new SendMessageCommand({ QueueUrl: DeadLetterQueueUrl, MessageBody: 'no notification' }));
    const ill = await run(doctorCommand, [], ports);
    expect(ill.code).toBe(1);
    expect(ill.text).toMatch(/✘ token: .*401.* → npm run pindrop -- auth/);
    expect(ill.text).toMatch(/✘ dead letters: 1 → .*redrive/);
    expect((await run(doctorCommand, [], ports, { json: true })).lines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ about: 'token', well: false }),
    );
  });

  it('doctor and redrive: see to the examples, too', async () => {
    const pindrop = await startLocalPindrop({
      settings: { with: 'slack-webhook,publish-pin' },
      tokens: ({ oauth }) => oauth.signedIn(),
    });
    const ports = portsTo(pindrop);
    const healthy = await run(doctorCommand, [], ports);
    expect(healthy).toMatchObject({ code: 0, text: expect.stringContaining('✔ dead letters of PublishPin: 0\n') });
    expect(healthy.text).toContain('✔ failed executions: none');

    const { SlackWebhookDeadLetterQueueUrl: QueueUrl, PublishPinStateMachineArn: stateMachineArn } = ports.outputs;
    await ports.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{"detail":{"uploadId":"undelivered"}}' }));
    await ports.states.send(new StartExecutionCommand({ stateMachineArn, name: 'nonsense', input: '{}' }));
    await pindrop.until(() => pindrop.observations.some(({ kind }) => kind === 'execution-ended'));
    const ill = await run(doctorCommand, [], ports);
    expect(ill.text).toMatch(/✘ dead letters of SlackWebhook: 1 → see docs\/runbook.md#undelivered-events/);
    expect(ill.text).toMatch(/✘ failed executions: \S+PublishPin:nonsense → see docs\/runbook.md#failed-executions/);
    expect(ill.code).toBe(1);

    const { lines } = await run(redriveCommand, [], ports);
    expect(lines).toEqual(['1 went back into the queue of SlackWebhook.']);
    await pindrop.until(() => pindrop.log().includes('the event is taken up again'));
    expect((await run(doctorCommand, [], ports)).text).toContain('✔ dead letters of SlackWebhook: 0');
  });

  it('redrive: gives each dead letter one new attempt', async () => {
    const pindrop = await startLocalPindrop();
    const ports = portsTo(pindrop);
    const { object } = await pindrop.finalEventOf(await pindrop.drop('clip.mp4', clip));
    const { key, size, eTag, versionId } = object;
    const record = {
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      eventTime: new Date().toISOString(),
      // Another upload than the first: one that nobody has heard of yet.
      pindropAttempt: 'that died at every attempt',
      s3: { bucket: { name: pindrop.bucket }, object: { key, size, eTag, versionId } },
    };
    const MessageBody = JSON.stringify({ Records: [record] });
    await ports.sqs.send(new SendMessageCommand({ QueueUrl: ports.outputs['DeadLetterQueueUrl'], MessageBody }));
    await pindrop.until(() => pindrop.events().length === 2);
    expect(pindrop.events()[1]).toMatchObject({ status: 'failed', failure: { reason: 'gave_up' } });

    const { code, lines } = await run(redriveCommand, [], ports);
    expect({ code, lines }).toEqual({ code: 0, lines: [expect.any(String)] });
    await pindrop.until(() => pindrop.events().length === 3);
    expect(pindrop.events()[2]).toMatchObject({ status: 'succeeded', uploadId: lines[0], object });
    expect(await run(redriveCommand, [], ports)).toMatchObject({ code: 0, lines: [] });
  });
});
