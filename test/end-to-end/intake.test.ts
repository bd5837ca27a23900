import { readFileSync } from 'node:fs';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { Bucket, EventType } from 'aws-cdk-lib/aws-s3';
import { SnsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Pindrop } from '../../infra/stack/pindrop.ts';
import { type LocalPindrop, startLocalPindrop } from '../harness/local-pindrop.ts';
import { pindropLocal } from '../harness/pindrop-command.ts';

const clip = readFileSync(new URL('../../infra/local/pinterest/sample-clip.mp4', import.meta.url));

/** 3 KB of text, as a description of a Pin may be. */
const TEXT = 'Frühlingsmode 🌷\nzwei "Zeilen" \\ und ein Tab\t日本 \u2028 '.repeat(60);

const ignoredKeys = (pindrop: LocalPindrop): string[] =>
  pindrop
    .log()
    .split('\n')
    .flatMap((line) => (line.includes('"message":"ignored"') ? [JSON.parse(line).key as string] : []));

const ignoredCount = (pindrop: LocalPindrop): number => pindrop.log().match(/"FilesIgnored":\[?1/g)?.length ?? 0;

const started = (pindrop: LocalPindrop) =>
  new Set(pindrop.observations.flatMap((it) => (it.kind === 'state-entered' ? [it.executionName] : [])));

describe('the intake by notification', () => {
  it('takes the sidecar along, and ignores companions and what the suffixes exclude', async () => {
    const pindrop = await startLocalPindrop({ settings: { suffixes: '.mp4,.MOV' } });
    const { drop, finalEventOf } = pindrop;
    const sidecar = { title: 'Tulips 🌷', description: TEXT, pin: { board: '549755885175', tags: ['a', null, 0.5] } };
    expect(Buffer.byteLength(TEXT)).toBeGreaterThan(3000);
    await drop('with.mp4.json', Buffer.from(`\ufeff${JSON.stringify(sidecar)}`));
    for (const key of ['with.mp4.jpg', 'alone.MOV.jpeg', 'clip.m4v.png', 'notes.txt', 'clip.webm'])
      await drop(key, Buffer.from('no video'));
    const withSidecar = await finalEventOf(await drop('with.mp4', clip, { campaign: 'spring' }));
    expect(withSidecar).toMatchObject({ status: 'succeeded', object: { metadata: { campaign: 'spring' } } });
    expect(withSidecar.sidecar).toEqual(sidecar);
    const alone = await finalEventOf(await drop('ALONE.Mov', clip));
    expect(alone.status).toBe('succeeded');
    expect(alone).not.toHaveProperty('sidecar');

    await pindrop.until(() => ignoredKeys(pindrop).length === 6 && ignoredCount(pindrop) === 2);
    expect(ignoredKeys(pindrop).sort()).toEqual(
      ['alone.MOV.jpeg', 'clip.m4v.png', 'clip.webm', 'notes.txt', 'with.mp4.jpg', 'with.mp4.json'].sort(),
    );
    const refused = await pindropLocal(pindrop)('retry', `s3://${pindrop.bucket}/notes.txt`);
    expect(refused.stderr.join('\n')).toContain('The key does not end in .mp4 or .mov.');
    expect(started(pindrop)).toEqual(new Set([withSidecar.uploadId, alone.uploadId]));
    expect(pindrop.events()).toHaveLength(2);
  });

  it('rejects a file with a wrong sidecar, and a retry reads the new one', async () => {
    const pindrop = await startLocalPindrop();
    const { drop, finalEventOf, bucket } = pindrop;
    const wrong: [name: string, content: string | Buffer, message: string][] = [
      ['list', '[1]', 'is JSON, but an array and not an object.'],
      ['large', `{"text":"${'x'.repeat(40_000)}"}`, 'has 40,011 bytes; at most 32,768 bytes are allowed.'],
      ['text', '{"title": nothing}', 'is not JSON: Unexpected token'],
      ['latin', Buffer.from('{"title":"ü"}', 'latin1'), 'is not UTF-8;'],
    ];
    for (const [name, content, message] of wrong) {
      await drop(`${name}.mp4.json`, Buffer.from(content));
      const event = await finalEventOf(await drop(`${name}.mp4`, clip));
      expect(event).toMatchObject({ status: 'failed', failure: { reason: 'rejected_file', retryable: true } });
      if (event.status === 'failed') expect(event.failure.message).toContain(`The sidecar ${name}.mp4.json ${message}`);
      expect(event).not.toHaveProperty('sidecar');
    }
    expect(pindrop.simulator.requests).toEqual([]);

    const command = pindropLocal(pindrop);
    await drop('list.mp4.json', Buffer.from('{"title":"right"}'));
    const [uploadId] = (await command('retry', `s3://${bucket}/list.mp4`)).stdout;
    const find = () => pindrop.events().find((event) => event.uploadId === uploadId);
    await pindrop.until(() => find() !== undefined);
    expect(find()).toMatchObject({ status: 'succeeded', sidecar: { title: 'right' } });
    const refused = await command('retry', `s3://${bucket}/list.mp4.json`);
    expect(refused.stderr.join('\n')).toContain(`retry s3://${bucket}/list.mp4 to upload it with them`);
    expect(pindrop.events()).toHaveLength(wrong.length + 1);
  });
});

describe('the intake by EventBridge', () => {
  it('uploads what the prefix and the suffixes allow, once, though a notification comes as well', async () => {
    const pindrop = await startLocalPindrop({
      settings: { intake: 'eventbridge', prefix: 'für alle+/', suffixes: ['.mp4'] },
    });
    const { drop, finalEventOf, stack, bucket } = pindrop;
    await drop('clip.mp4', clip);
    await drop('für alle+/notes.txt', Buffer.from('no video'));
    await drop('für alle+/a clip.MP4.json', Buffer.from('{"title":"🌷"}'));
    const versionId = await drop('für alle+/a clip.MP4', clip);
    const event = await finalEventOf(versionId);
    expect(event).toMatchObject({ status: 'succeeded', sidecar: { title: '🌷' } });

    const sqs = new SQSClient({ endpoint: stack.endpoint, region: stack.region, credentials: stack.accessKey });
    onTestFinished(() => sqs.destroy());
    const late = {
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      eventTime: new Date().toISOString(),
      s3: { bucket: { name: bucket }, object: { key: 'f%C3%BCr+alle%2B/a+clip.MP4', size: clip.length, versionId } },
    };
    const send = new SendMessageCommand({
      QueueUrl: stack.outputs['QueueUrl'],
      MessageBody: JSON.stringify({ Records: [late, { ...late, s3: { ...late.s3, bucket: { name: 'elsewhere' } } }] }),
    });
    await sqs.send(send);
    const excluded = {
      ...late,
      s3: { bucket: { name: bucket }, object: { key: 'f%C3%BCr+alle%2B/dead.txt', size: 1 } },
    };
    const QueueUrl = stack.outputs['DeadLetterQueueUrl'];
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ Records: [excluded] }) }));
    const followed = `"message":"already followed: nothing to do"`;
    await pindrop.until(() => pindrop.log().includes(followed) && ignoredKeys(pindrop).length === 4);
    // S3's event about the key without the prefix matches no rule, so the function never sees it.
    expect(pindrop.observations).toContainEqual({ kind: 'put-ignored', key: 'clip.mp4' });
    expect(pindrop.log()).toContain(`The object is in the bucket elsewhere, not in ${bucket}.`);
    expect(started(pindrop)).toEqual(new Set([event.uploadId]));
    expect(pindrop.events()).toHaveLength(1);
  });
});

describe("the intake through the user's SNS topic", () => {
  it.each([false, true])('uploads each video once (raw message delivery: %j)', async (rawMessageDelivery) => {
    const pindrop = await startLocalPindrop({
      async synthesize(outdir, pinterestApiUrl) {
        const app = new App({ outdir });
        const stack = new Stack(app, 'Pindrop');
        const bucket = new Bucket(stack, 'Videos', { versioned: true });
        const topic = new Topic(stack, 'Topic');
        bucket.addEventNotification(EventType.OBJECT_CREATED, new SnsDestination(topic));
        const settings = { pinterestApiUrl, suffixes: ['.mp4'] };
        const own = new Pindrop(stack, 'Pins', { bucket, externalIntake: true, settings });
        topic.addSubscription(new SqsSubscription(own.queue, { rawMessageDelivery }));
        const outputs = {
          DropBucketName: bucket.bucketName,
          QueueUrl: own.queue.queueUrl,
          StateMachineArn: own.stateMachine.stateMachineArn,
          TokenSecretArn: own.tokenSecret.secretArn,
        };
        for (const [name, value] of Object.entries(outputs)) new CfnOutput(stack, name, { value });
        app.synth();
      },
    });
    await pindrop.drop('clip.mp4.json', Buffer.from('{"title":"🌷"}'));
    await pindrop.drop('notes.txt', Buffer.from('no video'));
    const event = await pindrop.finalEventOf(await pindrop.drop('a clip.mp4', clip));
    expect(event.status).toBe('succeeded');
    await pindrop.until(() => ignoredKeys(pindrop).length === 2);
    expect(started(pindrop)).toEqual(new Set([event.uploadId]));
  });
});
