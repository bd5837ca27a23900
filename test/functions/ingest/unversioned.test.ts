import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { stepFunctionsExecutions } from '../../../functions/aws/executions.ts';
import { type IngestPorts, ingestDrop } from '../../../functions/ingest/ingest-drop.ts';
import { SourceError } from '../../../functions/outcome/fault.ts';
import { reportDeadLetter } from '../../../functions/report-dead-letter/report-dead-letter.ts';
import { attemptMessage } from '../../../infra/operations/attempts.ts';
import type { Drop } from '../../../shared/upload/drop.ts';
import type { FollowedUpload } from '../../../shared/upload/execution.ts';
import { dropsOf } from '../../../shared/upload/notification.ts';
import { unstartedMessage, unstartedUpload } from '../../../shared/upload/unstarted-upload.ts';
import { type ListedExecution, listing } from '../../harness/listed-executions.ts';
import { loopbackServer, received } from '../../harness/loopback-server.ts';

const BUCKET = 'videos';
const KEY = 'spring/clip.mp4';
const at = (seconds: number) => new Date(Date.parse('2026-03-01T09:00:00.000Z') + seconds * 1000);

/** S3's message about a put. A repeated notification is the same message. */
const putMessage = (eTag: string, seconds: number) =>
  JSON.stringify({
    Records: [
      {
        eventSource: 'aws:s3',
        eventName: 'ObjectCreated:Put',
        eventTime: at(seconds).toISOString(),
        s3: { bucket: { name: BUCKET }, object: { key: KEY, size: 4, eTag, sequencer: `00${seconds}` } },
      },
    ],
  });

/** The message of a backfill that listed the object at this time. */
const backfillMessage = (eTag: string, lastModified: number, seconds: number) =>
  attemptMessage({ bucket: BUCKET, key: KEY, eTag, size: 4, lastModified: at(lastModified) }, undefined, at(seconds))
    ?.body ?? '';

const dropOf = (body: string) => dropsOf(body)[0] as Drop;

/** A bucket without versioning that holds one object, and the executions that the messages about it start. */
async function stage() {
  const executions = new Map<string, FollowedUpload & { startedAt: number }>();
  let object: { eTag: string; lastModified: Date } | undefined;
  let clock = 0;
  let uploads = 0;
  let isDown = false;
  /** Blocks uploads until the test releases them. */
  let gate = Promise.resolve();
  const url = await loopbackServer(async (request, response) => {
    await received(request);
    await gate;
    uploads++;
    response.writeHead(204).end();
  });
  const started = (): ListedExecution[] =>
    [...executions]
      .map(([name, { startedAt, ...followed }]) => ({
        name,
        startedAt: at(startedAt).getTime() / 1000,
        status: 'SUCCEEDED' as const,
        data: JSON.stringify(followed),
      }))
      .sort((one, other) => other.startedAt - one.startedAt);
  const { ports: stack } = listing(started);
  const ports: IngestPorts = {
    recentFiles: async () => [],
    apiUrl: `${url}/v5`,
    source: {
      readSidecar: async () => undefined,
      async head({ bucket, key, eTag }) {
        if (!object) throw new SourceError('missing');
        if (object.eTag !== eTag) throw new SourceError('changed');
        return { bucket, key, size: 4, metadata: {}, ...object };
      },
      read: async () => Buffer.alloc(4),
      open: async () => Readable.from([Buffer.alloc(4)]),
    },
    pinterest: {
      mediaCreate: async () => ({ mediaId: '1', uploadUrl: `${url}/upload/`, uploadParameters: { key: 'k' } }),
      mediaGet: async (mediaId) => ({ mediaId, status: 'registered' }),
    },
    executions: {
      ...stepFunctionsExecutions(stack.states, stack.outputs['StateMachineArn'] ?? ''),
      async start(followed) {
        if (isDown) throw new Error('Step Functions is down.');
        const name = followed.upload.uploadId;
        if (executions.has(name)) return false;
        executions.set(name, { ...followed, startedAt: clock });
        return true;
      },
    },
    gate: { state: async () => ({ closedForSeconds: 0 }), close: async () => {}, open: async () => {} },
    inspect: async () => ({ verdict: 'accepted' }),
    now: () => at(clock),
  };
  const retryPolicy = { giveUpAfterSeconds: 24 * 3600, maxBackoffSeconds: 900 };
  return {
    uploads: () => uploads,
    /** For each execution the reason of its failure; undefined when the file was uploaded. */
    outcomes: () =>
      [...executions.values()].map(({ finalEvent }) =>
        finalEvent?.detail.status === 'failed' ? finalEvent.detail.failure.reason : undefined,
      ),
    ports,
    put(eTag: string, seconds: number) {
      clock = seconds;
      object = { eTag, lastModified: at(seconds) };
    },
    remove() {
      object = undefined;
    },
    stepFunctionsIsDown(value: boolean) {
      isDown = value;
    },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
    /** Delivers a message to `ingest`. */
    async deliver(body: string, seconds: number) {
      clock = seconds;
      const drop = dropOf(body);
      const outcome = await ingestDrop(drop, ports, { number: 0, retryPolicy, unstarted: unstartedUpload(body, drop) });
      return outcome.outcome;
    },
  };
}

describe('an object without version id, put at second 10', () => {
  const late = putMessage('e1', 10);
  const backfill = backfillMessage('e1', 10, 500);

  it.each([
    ['the put event first', late, backfill],
    ['the backfill first', backfill, late],
    ['a second backfill', backfill, backfillMessage('e1', 10, 900)],
    ['a repeated put event', late, late],
  ])('has one upload and one execution when two messages are handled in turn: %s', async (_, one, other) => {
    const { put, deliver, outcomes, uploads } = await stage();
    put('e1', 10);
    expect(await deliver(one, 600)).toBe('uploaded');
    expect(await deliver(other, 700)).toBe('already-followed');
    expect([outcomes(), uploads()]).toEqual([[undefined], 1]);
  });

  it('has one execution when the put event and the backfill are in flight at once', async () => {
    const { put, deliver, hold, outcomes, uploads } = await stage();
    put('e1', 10);
    const release = hold();
    const both = Promise.all([deliver(late, 600), deliver(backfill, 600), deliver(late, 600)]);
    release();
    expect((await both).sort()).toEqual(['already-followed', 'already-followed', 'uploaded']);
    expect(outcomes()).toEqual([undefined]);
    expect(uploads()).toBe(3);
  });

  it.each([
    ['the put event, then its repetition', late, late],
    ['the backfill, then the put event', backfill, late],
    ['the put event, then the backfill', late, backfill],
  ])('has one execution when it was deleted between two messages: %s', async (_, one, other) => {
    const { put, remove, deliver, outcomes } = await stage();
    put('e1', 10);
    expect(await deliver(one, 600)).toBe('uploaded');
    remove();
    expect(await deliver(other, 700)).toBe('already-followed');
    expect(outcomes()).toEqual([undefined]);
  });

  it('has one execution when it was overwritten between two messages, and the new object has its own', async () => {
    const { put, deliver, outcomes } = await stage();
    put('e1', 10);
    expect(await deliver(backfill, 600)).toBe('uploaded');
    put('e2', 650);
    expect(await deliver(late, 700)).toBe('already-followed');
    expect(await deliver(putMessage('e2', 650), 710)).toBe('uploaded');
    expect(await deliver(backfillMessage('e2', 650, 720), 730)).toBe('already-followed');
    expect(outcomes()).toEqual([undefined, undefined]);
  });

  it('has two executions when the same bytes are put again after the upload', async () => {
    const { put, deliver, outcomes } = await stage();
    put('e1', 10);
    expect(await deliver(late, 20)).toBe('uploaded');
    put('e1', 30);
    expect(await deliver(putMessage('e1', 30), 40)).toBe('uploaded');
    expect(await deliver(late, 50)).toBe('already-followed');
    expect(outcomes()).toEqual([undefined, undefined]);
  });

  it('has one execution when the same bytes are put again before the first were read', async () => {
    const { put, deliver, outcomes } = await stage();
    put('e1', 10);
    put('e1', 12);
    expect(await deliver(late, 20)).toBe('uploaded');
    expect(await deliver(putMessage('e1', 12), 30)).toBe('already-followed');
    expect(outcomes()).toEqual([undefined]);
  });

  it('has one failed execution for each put when it was deleted before any was read', async () => {
    const { deliver, outcomes } = await stage();
    expect(await deliver(late, 20)).toBe('failed');
    expect(await deliver(late, 30)).toBe('already-followed');
    expect(await deliver(putMessage('e1', 12), 40)).toBe('failed');
    expect(outcomes()).toEqual(['source_missing', 'source_missing']);
  });

  it('has one execution when the function of the put event died after the upload, and a backfill ran in between', async () => {
    const { put, deliver, ports, stepFunctionsIsDown, outcomes, uploads } = await stage();
    put('e1', 10);
    stepFunctionsIsDown(true);
    const drop = dropOf(late);
    const retryPolicy = { giveUpAfterSeconds: 24 * 3600, maxBackoffSeconds: 900 };
    const outcome = await ingestDrop(drop, ports, { number: 0, retryPolicy });
    if (outcome.outcome !== 'retry' || !outcome.unstarted) throw new Error('Nothing was uploaded.');
    stepFunctionsIsDown(false);
    const kept = unstartedMessage(late, drop, outcome.unstarted);
    expect(dropsOf(kept)).toEqual([drop]);
    expect(await deliver(backfill, 600)).toBe('uploaded');
    expect(await deliver(kept, 700)).toBe('already-followed');
    expect([outcomes(), uploads()]).toEqual([[undefined], 2]);
  });

  it('is not reported as a dead letter when it was uploaded and deleted', async () => {
    const { put, remove, deliver, ports, outcomes } = await stage();
    put('e1', 10);
    await deliver(backfill, 600);
    remove();
    for (const message of [late, backfill]) expect(await reportDeadLetter(dropOf(message), ports)).toBeUndefined();
    expect(outcomes()).toEqual([undefined]);
  });

  it('is reported as a dead letter when only another object of the key was uploaded', async () => {
    const { put, deliver, ports, outcomes } = await stage();
    put('e1', 10);
    await deliver(late, 20);
    put('e2', 30);
    await expect(reportDeadLetter(dropOf(putMessage('e2', 30)), ports)).resolves.toMatchObject({ status: 'failed' });
    expect(outcomes()).toEqual([undefined, 'gave_up']);
  });
});

describe('the search for an execution of the same object', () => {
  const put = dropOf(putMessage('e1', 2500));
  const execution = (number: number, key = 'other.mp4'): ListedExecution => ({
    name: `${key.replace('.', '-')}-${String(number).padStart(32, '0')}`,
    startedAt: at(number).getTime() / 1000,
    status: 'SUCCEEDED',
    data: JSON.stringify({ upload: { object: { bucket: BUCKET, key: KEY, eTag: 'e1' } } }),
  });
  const oldestFirst = Array.from({ length: 3000 }, (_, number) => execution(number));
  const search = async (executions: ListedExecution[]) => {
    const { ports, asked } = listing(() => executions);
    const { existsForObject } = stepFunctionsExecutions(ports.states, ports.outputs['StateMachineArn'] ?? '');
    return { found: await existsForObject(put), asked };
  };

  it('lists no page that is older than the drop, and describes only executions with the same file name', async () => {
    const { found, asked } = await search(oldestFirst.toReversed());
    expect([found, asked.lists, asked.described]).toEqual([false, 1, []]);
  });

  it('finds the execution, also when an emulator lists the oldest first', async () => {
    const executions = oldestFirst.with(2600, execution(2600, 'clip.mp4'));
    expect(await search(executions.toReversed())).toMatchObject({ found: true, asked: { lists: 1 } });
    expect(await search(executions)).toMatchObject({ found: true, asked: { lists: 3 } });
  });

  it('ignores executions that started before the drop', async () => {
    const executions = oldestFirst.with(2400, execution(2400, 'clip.mp4'));
    expect(await search(executions.toReversed())).toMatchObject({ found: false, asked: { described: [] } });
  });
});
