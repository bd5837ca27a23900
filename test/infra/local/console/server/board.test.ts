import { describe, expect, it } from 'vitest';
import type { EventEnvelope } from '../../../../../infra/local/aws/observation.ts';
import type { WaitingMessage } from '../../../../../infra/local/aws/stack-records.ts';
import type { ExecutionRow } from '../../../../../infra/local/aws/step-functions/execution-table.ts';
import { Board } from '../../../../../infra/local/console/server/board.ts';
import type { UploadRow } from '../../../../../infra/local/console/shared/wire.ts';
import {
  pinEventExamples,
  pinFailedExamples,
  pinPublishedExample,
} from '../../../../../shared/events/pin/pin-event-examples.ts';
import type { PinEvent } from '../../../../../shared/events/pin/pin-events.ts';
import { dropsOf } from '../../../../../shared/upload/notification.ts';
import { type StagedUpload, stagedRecords } from '../staged-uploads.ts';

const now = Date.parse('2026-03-01T09:00:00Z');

function board(...uploads: StagedUpload[]) {
  const made = new Board(stagedRecords(uploads, now));
  const changes: UploadRow[] = [];
  made.watch((row) => changes.push(row));
  const log = (line: object) =>
    made.observe({ kind: 'function-log', functionName: 'Ingest', line: JSON.stringify(line) });
  return { board: made, changes, log };
}

const waiting = { key: 'clip.mp4', sizeBytes: 5_000_000, dropped: 60 };

describe('the board', () => {
  it('starts with the records of the stack: waiting, followed and ended uploads, newest first', () => {
    const { board: made } = board(
      {
        ...waiting,
        key: 'old.mp4',
        dropped: 900,
        queued: 1,
        uploading: 2,
        processing: 3,
        polls: 2,
        ending: 'succeeded',
      },
      { ...waiting, key: 'followed.mp4', dropped: 90, queued: 1, uploading: 2, polls: 1 },
      waiting,
    );
    expect(made.rows()).toMatchObject([
      { key: 'clip.mp4', state: 'dropped', timeline: { droppedAt: '2026-03-01T08:59:00.000Z' } },
      { key: 'followed.mp4', state: 'processing', polls: 1, nextAt: now - 3000 + 12_000 },
      { key: 'old.mp4', state: 'succeeded', polls: 2, timeline: { completedAt: '2026-03-01T08:45:06.000Z' } },
    ]);
    expect(made.counts()).toMatchObject({ underWay: 2, succeeded: 1, failed: 0 });
  });

  it('takes the state from the log until an execution exists', () => {
    const { board: made, changes, log } = board(waiting);
    const [{ uploadId } = { uploadId: '' }] = made.rows();
    const timestamp = '2026-03-01T09:00:01.000Z';
    log({ uploadId, message: 'drop received' });
    log({ uploadId, message: 'registered', mediaId: '5', timestamp });
    log({ uploadId, message: 'uploading', percent: 30 });
    log({ uploadId, message: 'uploaded' });
    expect(changes.map(({ state }) => state)).toEqual(['taken-up', 'registered', 'uploading', 'processing']);
    expect(changes.at(-1)).toMatchObject({ mediaId: '5', timeline: { registeredAt: timestamp } });
    expect(made.counts().lastMinute.uploadedBytes).toBe(5_000_000);
  });

  it('shows a drop that will be tried again as waiting, without results of the last attempt', () => {
    const { changes, log, board: made } = board(waiting);
    const [{ uploadId } = { uploadId: '' }] = made.rows();
    log({ uploadId, message: 'registered', mediaId: '5' });
    const timestamp = '2026-03-01T09:00:00.000Z';
    log({ uploadId, message: 'to be tried again', because: 'It broke.', afterSeconds: 20, timestamp });
    expect(changes.at(-1)).toMatchObject({ state: 'waiting', because: 'It broke.', nextAt: now + 20_000 });
    expect(changes.at(-1)).not.toHaveProperty('mediaId');
    expect(changes.at(-1)?.timeline).not.toHaveProperty('registeredAt');
    log({ uploadId, message: 'drop received' });
    expect(changes.at(-1)).not.toHaveProperty('because');
  });

  it('shows after a restart which drop waits, until when, and which drop a function is processing', () => {
    const { board: made } = board(
      { ...waiting, key: 'waits.mp4', inFlight: 'on purpose', visible: 30 },
      { ...waiting, key: 'taken.mp4', dropped: 70, inFlight: 'with a function', visible: 30 },
    );
    expect(made.rows()).toMatchObject([
      { key: 'waits.mp4', state: 'waiting', nextAt: now + 30_000 },
      { key: 'taken.mp4', state: 'taken-up' },
    ]);
    expect(made.rows()[1]).not.toHaveProperty('nextAt');
  });

  it('drops the results of an attempt when the next attempt starts without a log line in between', () => {
    const { changes, log, board: made } = board(waiting);
    const [{ uploadId } = { uploadId: '' }] = made.rows();
    log({ uploadId, message: 'drop received' });
    log({ uploadId, message: 'registered', mediaId: '5', timestamp: '2026-03-01T09:00:01.000Z' });
    log({ uploadId, message: 'uploading', percent: 62, mediaId: '5' });
    log({ uploadId, message: 'drop received' });
    const { uploadId: _, key, sizeBytes, ...rest } = changes.at(-1) ?? ({} as UploadRow);
    expect(rest).toEqual({ state: 'taken-up', polls: 0, timeline: { droppedAt: '2026-03-01T08:59:00.000Z' } });
  });

  it('shows that the function of a drop died, and when the drop is tried again', async () => {
    const records = stagedRecords([{ ...waiting, inFlight: 'on purpose', visible: 40 }], now);
    let inFlight: WaitingMessage['inFlight'] = 'with a function';
    const made = new Board({ ...records, waiting: () => records.waiting().map((each) => ({ ...each, inFlight })) });
    const [{ uploadId } = { uploadId: '' }] = made.rows();
    const line = JSON.stringify({ uploadId, message: 'uploading', percent: 62, mediaId: '5' });
    made.observe({ kind: 'function-log', functionName: 'Ingest', line });
    const die = async (functionName: string) => {
      made.observe({ kind: 'function-died', functionName, why: 'signal: SIGKILL' });
      await new Promise((resolve) => setImmediate(resolve));
    };
    await die('Ingest');
    // Another process of the function is processing the drop.
    expect(made.rows()).toMatchObject([{ state: 'uploading' }]);
    inFlight = 'on purpose';
    await die('Poll');
    expect(made.rows()).toMatchObject([{ state: 'uploading' }]);
    await die('Ingest');
    const because = 'The function died (signal: SIGKILL).';
    expect(made.rows()).toMatchObject([{ state: 'waiting', because, nextAt: now + 40_000 }]);
    expect(made.rows()[0]).not.toHaveProperty('mediaId');
  });

  it('takes the media id from a later line if the registration was logged before the start', () => {
    const { changes, log, board: made } = board({ ...waiting, inFlight: 'with a function', visible: 30 });
    const [{ uploadId } = { uploadId: '' }] = made.rows();
    log({ uploadId, message: 'uploading', percent: 62, mediaId: '5' });
    expect(changes.at(-1)).toMatchObject({ state: 'uploading', mediaId: '5' });
    log({ uploadId, message: 'uploaded', mediaId: '6' });
    expect(changes.at(-1)).toMatchObject({ state: 'processing', mediaId: '6' });
  });

  it('shows all uploads under way, however old, and the newest ended uploads', () => {
    const ended = Array.from(
      { length: 1100 },
      (_, index): StagedUpload => ({
        ...waiting,
        key: `${index}.mp4`,
        dropped: 100 + index,
        queued: 1,
        uploading: 1,
        ending: 'succeeded',
      }),
    );
    const { board: made } = board(...ended, { ...waiting, key: 'old.mp4', dropped: 9000, queued: 1, uploading: 1 });
    const rows = made.rows();
    expect(rows).toHaveLength(1001);
    expect(rows.at(-1)).toMatchObject({ key: 'old.mp4', state: 'processing' });
    expect(rows.at(-2)).toMatchObject({ key: '999.mp4' });
    expect(made.counts()).toMatchObject({ underWay: 1, succeeded: 1100 });
  });

  it('shows the state of the old execution when a put event is repeated', () => {
    const done: StagedUpload = { ...waiting, queued: 1, uploading: 2, ending: 'succeeded' };
    const records = stagedRecords([done], now);
    const [row] = records.executions(1);
    const [body = ''] = stagedRecords([waiting], now)
      .waiting()
      .map((message) => message.body);
    const known = dropsOf(body)[0]?.uploadId;
    // The execution is not among the newest thousand: the records have it, but the board does not.
    const made = new Board({
      ...records,
      executions: () => [],
      execution: (id) => (id === known ? row : undefined),
    });
    made.observe({ kind: 'put-notified', body });
    expect(made.rows()).toMatchObject([{ state: 'succeeded' }]);
  });

  it('shows the Pin, and lists its event next to the final event', () => {
    const done: StagedUpload = { ...waiting, queued: 1, uploading: 2, ending: 'succeeded' };
    const records = stagedRecords([done], now);
    const made = new Board(records);
    const [{ uploadId } = { uploadId: '' }] = made.rows();
    const event = (example: PinEvent): EventEnvelope => ({ ...example, detail: { ...example.detail, uploadId } });
    const events = pinEventExamples.map(event);
    const failed = events.filter((each) => each['detail-type'] === 'Pin Failed').slice(0, 1);
    const published = events.filter((each) => each['detail-type'] === 'Pin Published');
    records.pinDueAt = () => '2026-03-02T09:00:00.000Z';
    made.observe({ kind: 'state-entered', executionName: uploadId, state: 'Wait until the Pin is due' });
    expect(made.rows()).toMatchObject([{ state: 'succeeded', pin: { dueAt: '2026-03-02T09:00:00.000Z' } }]);
    for (const [put, pin] of [
      [failed, { published: false, why: pinFailedExamples.rejected_metadata.failure.message }],
      [published, { published: true, pinId: pinPublishedExample.pinId }],
    ] as const) {
      const [envelope] = put;
      if (!envelope) throw new Error('There is no such example.');
      records.eventsOf = () => put;
      made.observe({ kind: 'event-put', envelope });
      expect(made.rows()).toMatchObject([{ state: 'succeeded', pin }]);
      expect(made.details(uploadId)?.otherEvents).toEqual(put);
    }
    records.pinDueAt = () => undefined;
    records.eventsOf = () => published.map((each) => ({ ...each, source: 'somebody-else' }));
    expect(new Board(records).rows()[0]).not.toHaveProperty('pin');
  });

  it('finds the new attempt of a failed upload by key and version', () => {
    const failure = { reason: 'gave_up', message: 'It broke.', retryable: true } as const;
    const failed = { ...waiting, dropped: 600, ending: failure };
    const version = 'of-both';
    const { board: made } = board(
      { ...failed, version },
      { ...waiting, dropped: 500, version },
      { ...failed, dropped: 400, version: 'another' },
      { ...failed, dropped: 300, key: 'other.mp4', version },
    );
    const of = (dropped: number) =>
      made.rows().find(({ timeline }) => Date.parse(timeline.droppedAt) === now - dropped * 1000)?.uploadId ?? '';
    expect(made.details(of(600))).toMatchObject({
      object: { bucket: 'pindrop-dropbucket', versionId: version },
      retriedAs: of(500),
    });
    expect(made.details(of(500))).toMatchObject({ object: { versionId: version } });
    for (const dropped of [500, 400, 300]) expect(made.details(of(dropped))).not.toHaveProperty('retriedAs');
  });

  it('gives a message but no reason code for an upload whose execution failed', () => {
    const records = stagedRecords([{ ...waiting, queued: 1, uploading: 1, polls: 1 }], now);
    const broken = (row: ExecutionRow): ExecutionRow => ({ ...row, status: 'FAILED', error: 'States.Runtime' });
    const made = new Board({ ...records, executions: (limit) => records.executions(limit).map(broken) });
    const [row] = made.rows();
    expect(row).toMatchObject({ state: 'failed', failure: { retryable: true } });
    expect(row?.failure?.message).toContain('ended as FAILED (States.Runtime) and sent no final event');
    expect(row?.failure).not.toHaveProperty('reason');
  });

  it('adds a row once when the put event arrives', () => {
    const { board: made, changes } = board();
    const [body = ''] = stagedRecords([waiting], now)
      .waiting()
      .map((message) => message.body);
    made.observe({ kind: 'put-notified', body });
    made.observe({ kind: 'put-notified', body });
    expect(changes).toMatchObject([{ key: 'clip.mp4', state: 'dropped' }]);
  });

  it('keeps the newest log lines of an upload, and drops the oldest', () => {
    const { board: made, log } = board(waiting);
    const [{ uploadId } = { uploadId: '' }] = made.rows();
    for (let line = 0; line < 600; line++)
      log({ uploadId, message: `line ${line}`, level: 'INFO', function_arn: 'arn' });
    const details = made.details(uploadId);
    expect(details).toMatchObject({ logCut: true, states: [] });
    expect(details?.log).toHaveLength(500);
    expect(details?.log.at(-1)).toMatchObject({ message: 'line 599', functionName: 'Ingest', details: {} });
    expect(made.details('no-such-upload')).toBeUndefined();
  });

  it('ignores log lines that are not about a known upload', () => {
    const { board: made, changes } = board(waiting);
    for (const line of ['', 'no JSON', '{"message":"x"}', '{"uploadId":"unknown","message":"registered"}']) {
      made.observe({ kind: 'function-log', functionName: 'Ingest', line });
    }
    expect(changes).toEqual([]);
  });
});
