import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FinalEventDetail } from '../../shared/events/events.ts';
import { type LocalPindrop, startLocalPindrop } from '../harness/local-pindrop.ts';
import { seededRandom } from '../harness/seeded-random.ts';
import { FINAL_ANSWER, killFunctions, seededFaults } from './chaos-faults.ts';

const SEED = Number(process.env['PINDROP_CHAOS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const DROPS = Number(process.env['PINDROP_CHAOS_DROPS'] ?? 300);

/** A small real video. Each drop gets its own `free` box, so that no two drops have the same bytes. */
const video = readFileSync(new URL('../fixtures/inspection/index-first.mp4', import.meta.url));
function videoNumber(number: number): Buffer {
  const box = Buffer.alloc(24);
  box.writeUInt32BE(24, 0);
  box.write(`free${String(number).padStart(16, '0')}`, 4, 'latin1');
  return Buffer.concat([video, box]);
}

interface Dropped {
  key: string;
  size: number;
  versionId: string;
  sha256: string;
}

/** Drops a new video. One in ten overwrites an earlier drop. */
async function dropVideo(
  number: number,
  pindrop: LocalPindrop,
  earlier: Dropped[],
  random: () => number,
): Promise<Dropped> {
  const bytes = videoNumber(number);
  const overwritten = random() < 0.1 ? earlier[Math.floor(random() * earlier.length)] : undefined;
  const key = overwritten?.key ?? `clip ${number}.mp4`;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { key, size: bytes.length, versionId: await pindrop.drop(key, bytes), sha256 };
}

/** The actions of the test other than dropping files. */
function hands({ stack, bucket }: LocalPindrop) {
  const { endpoint, region, accessKey: credentials, outputs } = stack;
  const client = { endpoint, region, credentials };
  const [sqs, states] = [new SQSClient(client), new SFNClient(client)];
  onTestFinished(() => {
    sqs.destroy();
    states.destroy();
  });
  const messages = async (QueueUrl: string | undefined) => {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
  };
  return {
    /** Sends the put event of a drop again. */
    async repeat({ key, size, versionId }: Dropped) {
      const object = { key: encodeURIComponent(key), size, versionId };
      const record = {
        eventSource: 'aws:s3',
        eventName: 'ObjectCreated:Put',
        eventTime: new Date().toISOString(),
        s3: { bucket: { name: bucket }, object },
      };
      const MessageBody = JSON.stringify({ Records: [record] });
      await sqs.send(new SendMessageCommand({ QueueUrl: outputs['QueueUrl'], MessageBody }));
    },
    /** Waits until the queues are empty and no execution runs. No event can follow after that. */
    async rest() {
      const isBusy = async () => {
        const [drops, deadLetters] = [
          await messages(outputs['QueueUrl']),
          await messages(outputs['DeadLetterQueueUrl']),
        ];
        const { executions = [] } = await states.send(
          new ListExecutionsCommand({ stateMachineArn: outputs['StateMachineArn'], statusFilter: 'RUNNING' }),
        );
        return drops + deadLetters + executions.length > 0;
      };
      while (await isBusy()) await wait(500);
    },
  };
}

/** True if the event names the right drop, and either a permanent fault or a media with the bytes of the drop. */
function isRight(event: FinalEventDetail, drops: Dropped[], { simulator }: LocalPindrop): boolean {
  const drop = drops.find(({ versionId }) => versionId === event.object.versionId);
  if (drop?.key !== event.object.key) return false;
  if (event.status === 'failed') return FINAL_ANSWER.test(event.failure.message);
  return simulator.media().some(({ mediaId, file }) => mediaId === event.mediaId && file?.sha256 === drop.sha256);
}

describe('chaos', () => {
  it(`ends each of ${DROPS} drops with exactly one final event (seed ${SEED})`, {
    timeout: DROPS * 5000,
  }, async () => {
    const random = seededRandom(SEED + 100);
    const pindrop = await startLocalPindrop({
      simulator: { faults: seededFaults(SEED), processingSeconds: () => Math.floor(random() * 8) },
      settings: { redeliverAfterSeconds: 3, uploadTimeoutMinutes: 0.2, maxBackoffSeconds: 10 },
    });
    const { repeat, rest } = hands(pindrop);

    const stopKilling = killFunctions(pindrop, random);
    const drops: Dropped[] = [];
    for (let number = 0; number < DROPS; number++) {
      const drop = await dropVideo(number, pindrop, drops, random);
      drops.push(drop);
      if (random() < 0.1) await repeat(drop);
    }
    await rest();
    const kills = stopKilling();

    const registrations = () => pindrop.simulator.requests.filter(({ operation }) => operation === 'media_create');
    const before = registrations().length;
    for (const drop of drops.filter(() => random() < 0.05)) await repeat(drop);
    await rest();
    expect(registrations().length).toBe(before);

    const events = pindrop.events();
    expect(events.map(({ object }) => object.versionId).sort()).toEqual(drops.map(({ versionId }) => versionId).sort());
    expect(events.filter((event) => !isRight(event, drops, pindrop))).toEqual([]);
    expect(kills).toBeGreaterThan(0);
    expect(pindrop.log() + JSON.stringify(events)).not.toMatch(/pina_|x-amz-signature|x-amz-security-token/);
  });
});
