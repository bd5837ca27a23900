import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import pMap from 'p-map';
import { expect, it, onTestFinished } from 'vitest';
import { MOST_IN_QUEUE } from '../../infra/operations/backfill/paced-queue.ts';
import { type LocalPindrop, startLocalPindrop } from '../harness/local-pindrop.ts';
import { localStateDirectory, portsTo } from '../harness/pindrop-command.ts';
import { rest } from '../harness/rest.ts';
import { withoutNotifications } from '../harness/template-changes.ts';

const KEYS = 2500;
const UPLOADED_BEFORE = 500;
/** The smallest file that the simulator takes for a video. */
const VIDEO = Buffer.from('\0\0\0\x10ftypisom\0\0\0\0', 'latin1');
const COMMAND = fileURLToPath(new URL('../../infra/cli/main.ts', import.meta.url));

interface Dropped {
  key: string;
  versionId: string;
}

/** Sends the put events that S3 did not send. */
async function notify(drops: Dropped[], pindrop: LocalPindrop): Promise<void> {
  const { sqs, outputs } = portsTo(pindrop);
  const bodies = drops.map(({ key, versionId }) => {
    const object = { key: encodeURIComponent(key).replaceAll('%2F', '/'), size: VIDEO.length, versionId };
    const s3 = { bucket: { name: pindrop.bucket }, object };
    const record = { eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', eventTime: new Date().toISOString(), s3 };
    return JSON.stringify({ Records: [record] });
  });
  for (let at = 0; at < bodies.length; at += 10) {
    const Entries = bodies.slice(at, at + 10).map((MessageBody, index) => ({ Id: `${index}`, MessageBody }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: outputs['QueueUrl'], Entries }));
  }
}

/** Starts `pindrop backfill` in a process of its own. */
function startBackfill(url: string, directory: string, ...options: string[]) {
  const environment = { ...process.env, PINDROP_STATE_DIR: directory };
  const child: ChildProcess = spawn(process.execPath, [COMMAND, 'backfill', url, '--local', ...options], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const written = { stdout: '', stderr: '' };
  // A chunk may end within a character.
  child.stdout?.setEncoding('utf8').on('data', (chunk) => {
    written.stdout += chunk;
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk) => {
    written.stderr += chunk;
  });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  return { child, written, ended };
}

it(`uploads what is in a bucket of ${KEYS} keys, once each, though it was killed and notifications came late`, {
  timeout: KEYS * 1000,
}, async () => {
  // Ten processes of `ingest`, the default, would take a third more CPU time to start and to warm up.
  const settings = { inspect: false, maxConcurrency: 5 };
  const pindrop = await startLocalPindrop({ settings, change: withoutNotifications });
  const { bucket, drop, events } = pindrop;
  const directory = localStateDirectory(pindrop);
  const url = `s3://${bucket}/library/`;

  const numbers = Array.from({ length: KEYS }, (_, number) => number);
  const drops = await pMap(
    numbers,
    async (number): Promise<Dropped> => {
      const key = `library/clip ${number}+ü.mp4`;
      return { key, versionId: await drop(key, VIDEO) };
    },
    { concurrency: 20 },
  );
  await drop('library/clip 1+ü.mp4.json', Buffer.from('{"title":"A sidecar"}'));
  await drop('elsewhere/clip.mp4', VIDEO);
  await notify(drops.slice(0, UPLOADED_BEFORE), pindrop);
  await pindrop.until(() => events().length === UPLOADED_BEFORE);

  const dry = startBackfill(url, directory, '--dry-run', '--json');
  expect(await dry.ended).toEqual({ code: 0, signal: null });
  const planned = dry.written.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(planned.pop()).toEqual({
    found: KEYS + 1,
    skipped: { companion: 1, followed: UPLOADED_BEFORE },
    wouldSend: KEYS - UPLOADED_BEFORE,
  });
  expect(planned.map(({ key }) => key).sort()).toEqual(
    drops
      .slice(UPLOADED_BEFORE)
      .map(({ key }) => key)
      .sort(),
  );
  expect(events()).toHaveLength(UPLOADED_BEFORE);

  const first = startBackfill(url, directory);
  await pindrop.until(() => events().length >= UPLOADED_BEFORE + 300);
  first.child.kill('SIGKILL');
  expect(await first.ended).toEqual({ code: null, signal: 'SIGKILL' });

  // Late notifications: of files that the first run sent, and of files that the second run will send.
  const late = drops.filter((_, number) => number % 25 === 0);
  await notify(late.slice(0, 50), pindrop);
  const second = startBackfill(url, directory, '--json');
  await pindrop.until(() => events().length >= UPLOADED_BEFORE + 900);
  await notify(late.slice(50), pindrop);
  expect(await second.ended).toEqual({ code: 0, signal: null });
  const { found, skipped, sent } = JSON.parse(second.written.stdout.trim().split('\n').at(-1) ?? '{}');
  expect(found).toBe(KEYS + 1);
  // What the first run sent is skipped, except for the messages that were in the queue.
  expect(skipped.followed).toBeGreaterThanOrEqual(UPLOADED_BEFORE + 300);
  expect(skipped.followed + sent).toBe(KEYS);
  await rest(pindrop);

  const third = startBackfill(url, directory, '--json');
  expect(await third.ended).toEqual({ code: 0, signal: null });
  expect(JSON.parse(third.written.stdout)).toEqual({
    found: KEYS + 1,
    skipped: { companion: 1, followed: KEYS },
    sent: 0,
  });
  await rest(pindrop);

  const versions = (of: { versionId?: string }[]) => of.map(({ versionId }) => versionId).sort();
  expect(versions(events().map(({ object }) => object))).toEqual(versions(drops));
  expect(events().filter(({ status }) => status !== 'succeeded')).toEqual([]);
  // A message that is sent twice may be uploaded twice, if both copies are received at the same moment.
  const registered = pindrop.simulator.requests.filter(({ operation }) => operation === 'media_create').length;
  expect(registered).toBeLessThan(KEYS + MOST_IN_QUEUE);
});
