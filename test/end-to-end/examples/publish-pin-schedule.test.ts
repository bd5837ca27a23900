import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { boardKey } from '../../../functions/examples/publish-pin/board-turns.ts';
import { Board } from '../../../infra/local/console/server/board.ts';
import { filesOnTheWay } from '../../../infra/operations/files-on-the-way.ts';
import { cancelPin, findPin, reschedulePin } from '../../../infra/operations/pins.ts';
import { pinEventSchema } from '../../../shared/events/pin/pin-event-schema.ts';
import type { PinEventDetail, PinPublished } from '../../../shared/events/pin/pin-events.ts';
import { expectByContract } from '../../harness/contract.ts';
import { type LocalPindrop, startLocalPindrop } from '../../harness/local-pindrop.ts';
import { pindropLocal, portsTo } from '../../harness/pindrop-command.ts';

const clip = readFileSync(new URL('../../../infra/local/pinterest/sample-clip.mp4', import.meta.url));

/** All Pin events so far, each validated against the contract. */
const pinEvents = (pindrop: LocalPindrop): PinEventDetail[] =>
  pindrop.observations.flatMap((observation) => {
    if (observation.kind !== 'event-put' || !observation.envelope['detail-type'].startsWith('Pin ')) return [];
    expectByContract(observation.envelope);
    return [pinEventSchema.parse(observation.envelope).detail];
  });

async function pinEventOf(pindrop: LocalPindrop, uploadId: string): Promise<PinEventDetail> {
  const find = () => pinEvents(pindrop).find((event) => event.uploadId === uploadId);
  await pindrop.until(() => find() !== undefined);
  return find() as PinEventDetail;
}

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

describe('publish-pin with publish_at', () => {
  it('shows when a Pin is due, publishes it then, and lets an operator cancel and reschedule it', async () => {
    const pindrop = await startLocalPindrop({ settings: { with: 'publish-pin' } });
    const command = pindropLocal(pindrop);
    const board = new Board(pindrop.stack.records);
    const drop = async (key: string, publishAt: string) => {
      const versionId = await pindrop.drop(key, clip, { board: '42', title: key, publish_at: publishAt });
      return (await pindrop.finalEventOf(versionId)).uploadId;
    };
    /** The Pin as `list --json` shows it. */
    const listed = async (uploadId: string) => {
      const rows = (await command('list', '--json')).stdout.map((line) => JSON.parse(line));
      return rows.find((row) => row.uploadId === uploadId)?.pin;
    };
    const waiting = (uploadId: string, dueAt: string) =>
      expect.poll(() => listed(uploadId)).toEqual({ state: 'waiting', dueAt });

    const past = await drop('past.mp4', '2026-01-01T09:00+01:00');
    expect(await pinEventOf(pindrop, past)).toMatchObject({ status: 'published', dueAt: '2026-01-01T08:00:00.000Z' });

    const tomorrow = inSeconds(86_400);
    const cancelled = await drop('cancelled.mp4', tomorrow);
    const rescheduled = await drop('rescheduled.mp4', tomorrow);
    await waiting(cancelled, tomorrow);
    await waiting(rescheduled, tomorrow);
    expect(board.details(cancelled)?.row.pin).toEqual({ dueAt: tomorrow });
    await expect.poll(() => filesOnTheWay(portsTo(pindrop))).toMatchObject({ queued: 0, followed: 0, pins: 2 });
    const words = `due ${tomorrow.slice(0, 19)}Z`;
    expect((await command('list')).stdout.join('\n')).toContain(words);
    expect((await command('status', cancelled)).stdout).toContain(`  Pin         ${words}`);

    expect(await command('cancel', cancelled)).toMatchObject({
      code: 0,
      stdout: [`The Pin of ${cancelled} is cancelled.`],
    });
    const event = await pinEventOf(pindrop, cancelled);
    expect(event).toMatchObject({ status: 'failed', failure: { reason: 'cancelled' }, dueAt: tomorrow });

    const dueAt = inSeconds(6);
    for (const at of [inSeconds(7200), dueAt]) {
      const moved = await command('reschedule', rescheduled, '--at', at, '--json');
      expect(moved).toMatchObject({ code: 0, stdout: [JSON.stringify({ uploadId: rescheduled, dueAt: at })] });
    }
    const published = (await pinEventOf(pindrop, rescheduled)) as PinPublished;
    expect(published).toMatchObject({ status: 'published', dueAt });
    expect(published.lateBySeconds).toBeLessThan(60);
    await expect
      .poll(() => listed(rescheduled))
      .toMatchObject({ state: 'published', pinId: published.pinId, lateBySeconds: published.lateBySeconds });
    board.observe({ kind: 'state-entered', executionName: rescheduled, state: '' });
    expect(board.details(rescheduled)?.row.pin).toEqual({ published: true, pinId: published.pinId });

    for (const args of [
      ['cancel', rescheduled],
      ['reschedule', rescheduled, '--at', inSeconds(60)],
    ]) {
      const late = await command(...args);
      expect(late).toMatchObject({ code: 1, stdout: [] });
      expect(late.stderr).toEqual([
        `Too late: the Pin of ${rescheduled} was published at ${published.publishedAt} as Pin ${published.pinId}.`,
      ]);
    }
    expect((await command('cancel', cancelled)).stderr.join()).toMatch(
      /^Too late: .* ended without a Pin \(cancelled\)/,
    );
    expect((await command('cancel', 'nothing')).stderr.join()).toMatch(/^There is no upload nothing/);
    const wrong = await command('reschedule', rescheduled, '--at', '2026-12-24T18:00');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr[0]).toContain('It has no offset: write 2026-12-24T18:00Z');
    expect(pindrop.simulator.pins().map(({ request }) => request.title)).toEqual(['rescheduled.mp4', 'past.mp4']);
    expect(pinEvents(pindrop)).toHaveLength(3);
  });

  it('is either cancelled or published when an operator cancels it at the moment it is due', async () => {
    const pindrop = await startLocalPindrop({ settings: { with: 'publish-pin' } });
    const ports = portsTo(pindrop);
    const uploads = await Promise.all(
      Array.from({ length: 8 }, async (_, number) => {
        const metadata = { board: '42', title: `${number}`, publish_at: inSeconds(86_400) };
        return (await pindrop.finalEventOf(await pindrop.drop(`${number}.mp4`, clip, metadata))).uploadId;
      }),
    );
    // Only now make them due soon, however long the uploads took.
    const states = () => Promise.all(uploads.map(async (uploadId) => (await findPin(uploadId, ports))?.state));
    await expect.poll(states).toEqual(uploads.map(() => 'waiting'));
    const dueAt = inSeconds(5);
    await Promise.all(uploads.map((uploadId) => reschedulePin(uploadId, dueAt, ports)));
    const cancels = uploads.map(async (uploadId, number) => {
      // Each Pin wakes within a second after its time.
      await wait(Math.max(0, Date.parse(dueAt) + number * 150 - Date.now()));
      return cancelPin(uploadId, ports).then(
        () => 'failed',
        (error: Error) => (/ (was|is being) published /.test(error.message) ? 'published' : error.message),
      );
    });
    const answers = await Promise.all(cancels);
    const events = await Promise.all(uploads.map((uploadId) => pinEventOf(pindrop, uploadId)));
    expect(answers).toEqual(events.map(({ status }) => status));
    expect(pindrop.simulator.pins()).toHaveLength(answers.filter((answer) => answer === 'published').length);
    expect(pinEvents(pindrop)).toHaveLength(uploads.length);
  });

  it('keeps the Pins of one board apart, in the order of their due times', async () => {
    const spacingSeconds = 2;
    let blocked = true;
    const pindrop = await startLocalPindrop({
      settings: { with: 'publish-pin', pinSpacingMinutes: spacingSeconds / 60, maxBackoffSeconds: 5 },
      simulator: {
        faults: ({ operation }) =>
          blocked && operation === 'pins_create' ? { kind: 'status', status: 429, retryAfterSeconds: 1 } : undefined,
      },
    });
    const inQueue = async () => {
      const Bucket = pindrop.stack.outputs['PublishPinBucketName'];
      const found = await pindrop.s3.send(new GetObjectCommand({ Bucket, Key: boardKey(undefined, '42') }));
      const { holder, waiting } = JSON.parse((await found.Body?.transformToString()) ?? '');
      return { holder: holder?.uploadId, waiting: waiting.length };
    };
    const put = (title: string, publishAt?: string) =>
      pindrop.drop(`${title}.mp4`, clip, { board: '42', title, ...(publishAt && { publish_at: publishAt }) });
    // The first Pin keeps the board until all others are in the queue.
    const first = await pindrop.finalEventOf(await put('first'));
    await expect.poll(inQueue).toEqual({ holder: first.uploadId, waiting: 0 });
    const now = Date.now();
    const others = [];
    for (const number of [4, 3, 2, 1]) {
      const dueAt = new Date(now + number * 1000).toISOString();
      others.push({ title: `${number}`, dueAt, versionId: await put(`${number}`, dueAt) });
    }
    const queued = await Promise.all(
      others.map(async ({ title, dueAt, versionId }) => {
        const { uploadId, timeline } = await pindrop.finalEventOf(versionId);
        return { title, uploadId, order: dueAt > timeline.droppedAt ? dueAt : timeline.droppedAt };
      }),
    );
    await expect.poll(inQueue).toMatchObject({ waiting: queued.length });
    blocked = false;
    for (const { uploadId } of [first, ...queued])
      expect(await pinEventOf(pindrop, uploadId)).toMatchObject({ status: 'published' });
    const pins = pindrop.simulator.pins().reverse();
    queued.sort((one, other) => (one.order < other.order ? -1 : 1));
    expect(pins.map(({ request }) => request.title)).toEqual(['first', ...queued.map(({ title }) => title)]);
    for (const [index, pin] of pins.slice(1).entries())
      expect(pin.createdAt - (pins[index]?.createdAt ?? 0)).toBeGreaterThanOrEqual(spacingSeconds * 1000);
  });
});
