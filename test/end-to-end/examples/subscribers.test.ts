import { readFileSync } from 'node:fs';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { ChangeMessageVisibilityCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startWebhookSimulator } from '../../../infra/local/pinterest/webhook-simulator.ts';
import { finalEventDetailSchema } from '../../../shared/events/schema.ts';
import { type LocalPindrop, startLocalPindrop } from '../../harness/local-pindrop.ts';
import { withVariable } from '../../harness/template-changes.ts';

const clip = readFileSync(new URL('../../../infra/local/pinterest/sample-clip.mp4', import.meta.url));

/** The receipt handles of the messages that a function will receive again, if it logs its events. */
function failedReceipts({ log }: LocalPindrop): string[] {
  const lines = log()
    .split('\n')
    .filter((line) => line.includes('"function_request_id"'))
    .map((line) => JSON.parse(line));
  const failed = new Set(
    lines.flatMap((line) => (line.message === 'the event will be redelivered' ? [line.function_request_id] : [])),
  );
  return lines.flatMap(({ function_request_id: id, event }) =>
    event && failed.has(id) ? [event.Records[0].receiptHandle] : [],
  );
}

describe('slack-webhook', () => {
  it('reports the result of each upload, even after a webhook outage, and never logs the webhook path', async () => {
    const webhook = await startWebhookSimulator();
    onTestFinished(() => webhook.close());
    const pindrop = await startLocalPindrop({
      settings: { with: 'slack-webhook' },
      change: withVariable('SlackWebhook', 'POWERTOOLS_LOGGER_LOG_EVENT', 'true'),
      secretValues: { SlackWebhookSecretArn: JSON.stringify({ url: webhook.url }) },
    });
    const { endpoint, region, accessKey: credentials } = pindrop.stack;
    const sqs = new SQSClient({ endpoint, region, credentials });
    // Deliver a failed message again at once, not after its visibility timeout of one minute. A shorter visibility
    // timeout would also redeliver the messages of a function that still runs.
    const QueueUrl = pindrop.stack.outputs['SlackWebhookQueueUrl'];
    const redeliveries = new Map<string, Promise<unknown>>();
    const redeliver = () => {
      for (const ReceiptHandle of failedReceipts(pindrop)) {
        if (redeliveries.has(ReceiptHandle)) continue;
        const now = new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 });
        redeliveries.set(ReceiptHandle, sqs.send(now));
      }
    };
    webhook.refuse(3);
    await pindrop.finalEventOf(await pindrop.drop('a <b> & c.mp4', clip));
    await pindrop.finalEventOf(await pindrop.drop('empty.mp4', Buffer.alloc(0)));
    await pindrop.until(() => {
      redeliver();
      return webhook.messages.length >= 2;
    });
    await Promise.all(redeliveries.values());
    sqs.destroy();
    expect(webhook.refused()).toBe(3);
    expect([...webhook.messages].sort()).toEqual([
      expect.stringMatching(/^:white_check_mark: \*a &lt;b&gt; &amp; c.mp4\* is ready on Pinterest as media \d+\.$/),
      expect.stringMatching(/^:x: \*empty.mp4\* failed \(rejected_file\)\. /),
    ]);
    expect(pindrop.log()).toContain('The webhook answered 503.');
    expect(pindrop.log()).not.toContain(new URL(webhook.url).pathname);
  });
});

describe('results-bucket', () => {
  it('writes one line of JSON for each final event', async () => {
    const pindrop = await startLocalPindrop({ settings: { with: 'results-bucket' } });
    const events = [
      await pindrop.finalEventOf(await pindrop.drop('clip.mp4', clip, { board: '42' })),
      await pindrop.finalEventOf(await pindrop.drop('empty.mp4', Buffer.alloc(0))),
    ];
    const Bucket = pindrop.stack.outputs['ResultsBucketName'];
    await pindrop.until(() => pindrop.log().split('result written').length > 2);
    const { Contents = [] } = await pindrop.s3.send(new ListObjectsV2Command({ Bucket }));
    expect(Contents.map(({ Key }) => Key).sort()).toEqual(
      events
        .map(({ timeline, uploadId }) => `results/day=${timeline.completedAt.slice(0, 10)}/${uploadId}.json`)
        .sort(),
    );
    for (const { Key } of Contents) {
      const { Body, ContentType } = await pindrop.s3.send(new GetObjectCommand({ Bucket, Key }));
      const [line, end] = (await Body?.transformToString())?.split('\n') ?? [];
      expect(end).toBe('');
      expect(ContentType).toBe('application/x-ndjson');
      const detail = finalEventDetailSchema.parse(JSON.parse(line ?? ''));
      expect(events).toContainEqual(detail);
    }
  });
});

describe('start-state-machine', () => {
  it('starts one execution per upload, named after the upload id, however often the event is delivered', async () => {
    const pindrop = await startLocalPindrop({ settings: { with: 'start-state-machine' } });
    const { endpoint, region, accessKey: credentials, outputs } = pindrop.stack;
    const states = new SFNClient({ endpoint, region, credentials });
    const sqs = new SQSClient({ endpoint, region, credentials });
    const succeeded = await pindrop.finalEventOf(await pindrop.drop('clip.mp4', clip));
    const failed = await pindrop.finalEventOf(await pindrop.drop('empty.mp4', Buffer.alloc(0)));
    const [event] = pindrop.observations.flatMap((each) => (each.kind === 'event-put' ? [each.envelope] : []));
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: `${endpoint}/000000000000/Pindrop-StartStateMachineStartUploadsQueue`,
        MessageBody: JSON.stringify({ ...event, id: 'another' }),
      }),
    );
    await pindrop.until(
      () => pindrop.log().includes('execution already exists') && pindrop.log().split('"execution started"').length > 2,
    );
    const stateMachineArn = outputs['StartedStateMachineArn'] ?? '';
    const { executions = [] } = await states.send(new ListExecutionsCommand({ stateMachineArn }));
    expect(executions.map(({ name }) => name).sort()).toEqual([succeeded.uploadId, failed.uploadId].sort());
    const outputOf = async (name: string) => {
      const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
      const { output = 'null' } = await states.send(new DescribeExecutionCommand({ executionArn }));
      return JSON.parse(output);
    };
    await expect.poll(() => outputOf(succeeded.uploadId)).toEqual({ mediaId: succeeded.mediaId });
    await expect.poll(() => outputOf(failed.uploadId)).toEqual({ reason: 'rejected_file' });
    states.destroy();
    sqs.destroy();
  });
});
