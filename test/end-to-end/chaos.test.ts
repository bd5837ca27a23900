import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type LocalPindrop, startLocalPindrop } from '../local-pindrop.ts';
import type { Fault, FaultSource, SimulatedOperation } from '../pinterest-simulator/faults.ts';
import { seededRandom } from '../seeded-random.ts';

const SEED = Number(process.env['PINDROP_CHAOS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const DROPS = Number(process.env['PINDROP_CHAOS_DROPS'] ?? 300);

/** A small real video; each drop gets a `free` box of its own, so that no two are the same bytes. */
const video = readFileSync(new URL('../fixtures/inspection/index-first.mp4', import.meta.url));
function videoNumber(number: number): Buffer {
  const box = Buffer.alloc(24);
  box.writeUInt32BE(24, 0);
  box.write(`free${String(number).padStart(16, '0')}`, 4, 'latin1');
  return Buffer.concat([video, box]);
}

const COMMON: [weight: number, fault: Fault][] = [
  [4, { kind: 'status', status: 500 }],
  [3, { kind: 'status', status: 429, retryAfterSeconds: 2 }],
  [3, { kind: 'html', status: 502 }],
  [3, { kind: 'garbage' }],
  [4, { kind: 'reset' }],
  [2, { kind: 'status', status: 401, code: 2 }],
  [3, { kind: 'slow', milliseconds: 300 }],
];
const FAULTS: Record<SimulatedOperation, [weight: number, fault: Fault][]> = {
  media_create: [...COMMON, [2, { kind: 'status', status: 403, code: 29 }]],
  media_get: [...COMMON, [4, { kind: 'status', status: 404 }]],
  media_list: COMMON,
  upload: [
    [4, { kind: 'reset', afterBytes: 1000 }],
    [4, { kind: 'reset' }],
    [6, { kind: 'stored-not-answered' }],
    [4, { kind: 'status', status: 503, s3Code: 'SlowDown' }],
    [2, { kind: 'status', status: 403, s3Code: 'ExpiredToken' }],
    [2, { kind: 'status', status: 400, s3Code: 'EntityTooLarge' }],
    [2, { kind: 'slow', milliseconds: 500 }],
  ],
};

/** The n-th request of an operation meets the same fault whenever the seed is the same. */
function seededFaults(seed: number): FaultSource {
  const draws = Object.fromEntries(
    Object.keys(FAULTS).map((operation, index) => [operation, seededRandom(seed + index)]),
  );
  return ({ operation }) => {
    const random = draws[operation] ?? Math.random;
    const [strikes, which] = [random() < 0.25, random()];
    if (!strikes) return undefined;
    const faults = FAULTS[operation];
    const drawn = which * faults.reduce((sum, [weight]) => sum + weight, 0);
    let reached = 0;
    for (const [weight, fault] of faults) {
      reached += weight;
      if (drawn < reached) return fault;
    }
    return undefined;
  };
}

/** Kills functions' processes at random until it is told to stop. */
function killer({ stack }: LocalPindrop, random: () => number): () => number {
  let kills = 0;
  const timer = setInterval(() => {
    const processes = stack.functionProcesses();
    const victim = processes[Math.floor(random() * processes.length)];
    if (!victim || random() < 0.5) return;
    process.kill(victim.processId, 'SIGKILL');
    kills++;
  }, 400);
  return () => {
    clearInterval(timer);
    return kills;
  };
}

describe('chaos', () => {
  it(`leaves every one of ${DROPS} drops with exactly one event (seed ${SEED})`, {
    timeout: DROPS * 5000,
  }, async () => {
    const random = seededRandom(SEED + 100);
    const pindrop = await startLocalPindrop({
      simulator: { faults: seededFaults(SEED), processingSeconds: () => Math.floor(random() * 8) },
      settings: { redeliverAfterSeconds: 3, uploadTimeoutMinutes: 0.2 },
    });
    const { endpoint, region, outputs } = pindrop.stack;
    const client = { endpoint, region, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
    const [sqs, states] = [new SQSClient(client), new SFNClient(client)];
    onTestFinished(() => {
      sqs.destroy();
      states.destroy();
    });

    const stopKilling = killer(pindrop, random);
    const dropped = new Map<string, string>();
    for (let number = 0; number < DROPS; number++) {
      const bytes = videoNumber(number);
      const key = `clip ${number}.mp4`;
      const versionId = await pindrop.drop(key, bytes);
      dropped.set(versionId, createHash('sha256').update(bytes).digest('hex'));
      if (random() < 0.1) {
        const object = { key: encodeURIComponent(key), size: bytes.length, versionId };
        const record = {
          eventSource: 'aws:s3',
          eventName: 'ObjectCreated:Put',
          eventTime: new Date().toISOString(),
          s3: { bucket: { name: pindrop.bucket }, object },
        };
        await sqs.send(
          new SendMessageCommand({ QueueUrl: outputs['QueueUrl'], MessageBody: JSON.stringify({ Records: [record] }) }),
        );
      }
    }
    await pindrop.until(() => new Set(pindrop.events().map(({ object }) => object.versionId)).size === DROPS);
    const kills = stopKilling();

    const attributes = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const inFlight = async () => {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: outputs['QueueUrl'], AttributeNames: [...attributes] }),
      );
      return attributes.reduce((sum, name) => sum + Number(Attributes[name]), 0);
    };
    while ((await inFlight()) > 0) await new Promise((resolve) => setTimeout(resolve, 500));

    const events = pindrop.events();
    expect(events.map(({ object }) => object.versionId).sort()).toEqual([...dropped.keys()].sort());
    const media = new Map(pindrop.simulator.media().map((each) => [each.mediaId, each]));
    for (const event of events) {
      if (event.status === 'failed') expect(['registration_refused', 'upload_refused']).toContain(event.failure.reason);
      else expect(media.get(event.mediaId)?.file?.sha256).toBe(dropped.get(event.object.versionId ?? ''));
    }
    const running = await states.send(
      new ListExecutionsCommand({ stateMachineArn: outputs['StateMachineArn'], statusFilter: 'RUNNING' }),
    );
    expect(running.executions).toEqual([]);
    expect(kills).toBeGreaterThan(0);
    expect(pindrop.log() + JSON.stringify(events)).not.toMatch(/pina_|x-amz-signature|x-amz-security-token/);
  });
});
