import { PassThrough } from 'node:stream';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { backfill as backfillCommand } from '../../../../infra/cli/commands/backfill.ts';
import { backfill } from '../../../../infra/operations/backfill/backfill.ts';
import { type LocalPindrop, startLocalPindrop } from '../../../harness/local-pindrop.ts';
import { pindrop, pindropLocal, portsTo } from '../../../harness/pindrop-command.ts';
import { rest } from '../../../harness/rest.ts';
import { withoutNotifications, withoutVersioning } from '../../../harness/template-changes.ts';

/** The smallest file that the simulator takes for a video. */
const VIDEO = Buffer.from('\0\0\0\x10ftypisom\0\0\0\0', 'latin1');

/** Waits until nothing is under way, and checks how many uploads ended. */
async function settled(local: LocalPindrop, uploads: number): Promise<void> {
  await rest(local);
  expect(local.observations.filter(({ kind }) => kind === 'execution-ended')).toHaveLength(uploads);
}

/** Sends the put event of an object in a bucket without versioning. A repeated put event is the same. */
async function notify({ key, eTag, putAt }: { key: string; eTag: string; putAt: string }, local: LocalPindrop) {
  const { sqs, outputs } = portsTo(local);
  const object = { key, size: VIDEO.length, eTag, sequencer: '0055AED6DCD90281E5' };
  const record = {
    eventSource: 'aws:s3',
    eventName: 'ObjectCreated:Put',
    eventTime: putAt,
    s3: { bucket: { name: local.bucket }, object },
  };
  const MessageBody = JSON.stringify({ Records: [record] });
  await sqs.send(new SendMessageCommand({ QueueUrl: outputs['QueueUrl'], MessageBody }));
}

describe('pindrop backfill', () => {
  it('sends current versions only, and skips what needs no upload, with the reasons', async () => {
    const local = await startLocalPindrop({
      settings: {
        inspect: false,
        suffixes: '.mp4,.mov',
        accounts: { 'brand-a': { prefix: 'brand-a/' }, 'brand-b': { prefix: 'brand b/' } },
      },
      change: withoutNotifications,
    });
    const { s3, bucket, drop } = local;
    const command = pindropLocal(local);
    const put = (Key: string, Tagging?: string) =>
      s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: VIDEO, Tagging }));
    await drop('brand-a/old.mp4', Buffer.concat([VIDEO, VIDEO]));
    const old = await drop('brand-a/old.mp4', VIDEO);
    const other = await drop('brand b/ü+1.MOV', VIDEO);
    await drop('brand-a/gone.mp4', VIDEO);
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'brand-a/gone.mp4' }));
    await drop('brand-a/', Buffer.alloc(0));
    await drop('brand-a/old.mp4.json', Buffer.from('{}'));
    await drop('brand-a/notes.txt', VIDEO);
    await drop('elsewhere/clip.mp4', VIDEO);
    await put('brand-a/tagged.mp4', 'pindrop=succeeded&brand=a');
    await put('brand-a/failed.mp4', 'pindrop=failed');

    const skipped = { folder: 1, companion: 1, ignored: 2, tagged: 1 };
    const dry = await command('backfill', `s3://${bucket}`, '--dry-run', '--json');
    expect(dry.code).toBe(0);
    expect(dry.stdout.map((line) => JSON.parse(line))).toMatchObject([
      { key: 'brand b/ü+1.MOV', versionId: other, size: VIDEO.length },
      { key: 'brand-a/failed.mp4' },
      { key: 'brand-a/old.mp4', versionId: old },
      { found: 8, skipped, wouldSend: 3 },
    ]);
    expect(local.stack.unfinished()).toEqual([]);

    const future = await command('backfill', `s3://${bucket}/brand-a/`, '--since', '2999-01-01');
    expect(future.stdout).toEqual([
      `6 found: the current objects of s3://${bucket}/brand-a/`,
      '6 skipped: last modified before --since',
      '0 sent to the queue',
    ]);
    const run = await command('backfill', `s3://${bucket}/`, '--since', '2020-01-01T08:00+01:00');
    expect(run).toMatchObject({ code: 0, stderr: [expect.stringContaining('-- watch --local')] });
    expect(run.stdout).toEqual([
      `8 found: the current objects of s3://${bucket}/`,
      '1 skipped: folders',
      '1 skipped: sidecars and covers',
      '2 skipped: excluded by the settings prefix, suffixes and accounts',
      '1 skipped: tagged pindrop=succeeded',
      '3 sent to the queue',
    ]);
  });

  it('rejects another bucket, no bucket, and dates that it cannot be sure about', async () => {
    const local = await startLocalPindrop();
    const command = pindropLocal(local);
    const errors = async (...args: string[]) => {
      const { code, stderr } = await command('backfill', ...args);
      return [code, stderr[0]];
    };
    expect(await errors('s3://another/')).toEqual([
      1,
      `The stack Pindrop does not watch the bucket another: its bucket is ${local.bucket}.`,
    ]);
    expect(await errors('videos/')).toEqual([1, 'videos/ does not name a bucket: write s3://bucket/prefix.']);
    for (const date of ['yesterday', '2026-13-01', '2026-11-20T08:00']) {
      const [code, error] = await errors(`s3://${local.bucket}`, '--since', date);
      expect([code, error]).toEqual([2, expect.stringContaining('It must be a date such as 2026-11-20')]);
    }
    expect((await pindrop(['backfill', '--local'])).code).toBe(2);
  });

  it('says that it can be continued when a request fails', async () => {
    const local = await startLocalPindrop({ settings: { inspect: false }, change: withoutNotifications });
    await local.drop('clip.mp4', VIDEO);
    const ports = portsTo(local);
    const said: string[] = [];
    const output = { json: false, print: () => {}, say: (line: string) => said.push(line) };
    const run = () => backfillCommand(`s3://${local.bucket}`, { dryRun: false }, ports, output);
    const { send } = ports.sqs;
    ports.sqs.send = () => Promise.reject(new Error('socket hang up'));
    await expect(run()).rejects.toThrow('socket hang up');
    expect(said).toEqual(['Interrupted. Run the same command again: it continues.']);
    ports.sqs.send = send;
    expect(await run()).toBe(0);
    await settled(local, 1);
  });

  it('shows a progress bar on a terminal', async () => {
    const local = await startLocalPindrop({ settings: { inspect: false }, change: withoutNotifications });
    await local.drop('clip.mp4', VIDEO);
    const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 100 });
    const printed: string[] = [];
    const output = {
      json: false,
      print: (line: string) => printed.push(line),
      say: () => {},
      terminal: terminal as unknown as NodeJS.WriteStream,
    };
    const options = { dryRun: false };
    expect(await backfillCommand(`s3://${local.bucket}`, options, portsTo(local), output)).toBe(0);
    expect(String(terminal.read())).toMatch(/0\/1 examined, 0 sent/);
    expect(printed.at(-1)).toBe('1 sent to the queue');
    await settled(local, 1);
  });

  it('ends in one event for each object of a bucket without versioning', async () => {
    const local = await startLocalPindrop({
      settings: { inspect: false },
      change: (template) => withoutVersioning(withoutNotifications(template)),
    });
    const { s3, bucket } = local;
    const objects = await Promise.all(
      ['a.mp4', 'b.mp4', 'c.mp4'].map(async (key) => {
        const { ETag = '', VersionId } = await s3.send(
          new PutObjectCommand({ Bucket: bucket, Key: key, Body: Buffer.concat([VIDEO, Buffer.from(key)]) }),
        );
        expect(VersionId).toBeUndefined();
        return { key, eTag: ETag.replaceAll('"', ''), putAt: new Date().toISOString() };
      }),
    );
    const [first] = objects;
    if (first) await notify(first, local);
    await settled(local, 1);
    const counts = await backfill({ bucket, prefix: '' }, portsTo(local));
    expect(counts).toEqual({ found: 3, skipped: { followed: 1 }, sent: 2 });
    await settled(local, 3);
    for (const object of objects) await notify(object, local);
    expect(await backfill({ bucket, prefix: '' }, portsTo(local))).toEqual({
      found: 3,
      skipped: { followed: 3 },
      sent: 0,
    });
    // A notification can be repeated after the object was deleted.
    for (const { key } of objects) await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    for (const object of objects) await notify(object, local);
    await settled(local, 3);
    expect(
      local
        .events()
        .map(({ object, status }) => [object.key, status])
        .sort(),
    ).toEqual(objects.map(({ key }) => [key, 'succeeded']));
    expect(local.simulator.requests.filter(({ operation }) => operation === 'media_create')).toHaveLength(3);
  });
});
