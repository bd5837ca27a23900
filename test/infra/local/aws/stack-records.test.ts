import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Queue } from '../../../../infra/local/aws/sqs/queues.ts';
import { StackRecords } from '../../../../infra/local/aws/stack-records.ts';
import { openStateDatabase } from '../../../../infra/local/aws/state-database.ts';
import { ExecutionTable } from '../../../../infra/local/aws/step-functions/execution-table.ts';

const message = (messageId: string) => ({
  messageId,
  body: messageId,
  sentTimestamp: 0,
  approximateReceiveCount: 1,
});

async function records(inspectMessages: Queue['inspectMessages']) {
  const directory = await mkdtemp(join(tmpdir(), 'pindrop-records-'));
  const database = openStateDatabase(directory);
  onTestFinished(async () => {
    database.close();
    await rm(directory, { recursive: true, force: true });
  });
  const executions = new ExecutionTable(database);
  return {
    database,
    executions,
    records: new StackRecords(
      database,
      executions,
      { machineArn: 'arn', pinMachineArn: 'pins' },
      () => ({ inspectMessages }) as Queue,
    ),
  };
}

it('distinguishes messages that wait on purpose from messages that a function is processing', async () => {
  const { database, records: kept } = await records(() => ({
    ready: [message('free')],
    delayed: [],
    inflight: ['purpose', 'function'].map((id) => ({ message: message(id), visibilityDeadline: 5000 })),
  }));
  database.prepare('INSERT INTO waiting_messages VALUES (?)').run('purpose');
  expect(kept.waiting()).toEqual([
    { body: 'free' },
    { body: 'purpose', inFlight: 'on purpose', visibleAt: 5000 },
    { body: 'function', inFlight: 'with a function', visibleAt: 5000 },
  ]);
});

it('returns all running executions, and the newest of the ended executions', async () => {
  const { executions, records: kept } = await records(() => ({ ready: [], delayed: [], inflight: [] }));
  for (let minute = 1; minute <= 5; minute++) {
    executions.start('arn', `upload-${minute}`, '{}', `2026-03-01T09:0${minute}:00.000Z`);
    if (minute > 1) executions.end('arn', `upload-${minute}`, 'SUCCEEDED', { output: '{}' });
  }
  executions.start('another-arn', 'upload-6', '{}', '2026-03-01T09:06:00.000Z');
  expect(kept.executions(2).map(({ name }) => name)).toEqual(['upload-1', 'upload-5', 'upload-4']);
});

it('finds all events of an upload, whichever component put them', async () => {
  const { database, records: kept } = await records(() => ({ ready: [], delayed: [], inflight: [] }));
  const insert = database.prepare("INSERT INTO events (id, origin, bus, envelope) VALUES (?, ?, 'bus', ?)");
  const put = (id: string, detail: unknown) => insert.run(id, id, JSON.stringify({ id, detail }));
  put('final', { uploadId: 'clip' });
  put('of another', { uploadId: 'other' });
  put('of none', null);
  put('pin', { uploadId: 'clip' });
  expect(kept.eventsOf('clip').map(({ id }) => id)).toEqual(['final', 'pin']);
});

it('says when a Pin is due while its execution waits for it', async () => {
  const { executions, records: kept } = await records(() => ({ ready: [], delayed: [], inflight: [] }));
  executions.start('pins', 'clip', '{"detail":{}}', '2026-03-01T09:00:00.000Z');
  expect(kept.pinDueAt('clip')).toBeUndefined();
  executions.enter('pins', 'clip', 'Wait', { dueAt: '2026-03-02T09:00:00.000Z' }, 0);
  expect(kept.pinDueAt('clip')).toBe('2026-03-02T09:00:00.000Z');
  executions.end('pins', 'clip', 'SUCCEEDED', { output: '{}' });
  expect(kept.pinDueAt('clip')).toBeUndefined();
  expect(kept.pinDueAt('another')).toBeUndefined();
});
