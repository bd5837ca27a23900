import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ExecutionTable } from '../../../infra/local/execution-table.ts';
import type { Queue } from '../../../infra/local/queues.ts';
import { StackRecords } from '../../../infra/local/stack-records.ts';
import { openStateDatabase } from '../../../infra/local/state-database.ts';

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
    records: new StackRecords(database, executions, 'arn', () => ({ inspectMessages }) as Queue),
  };
}

it('tells the messages that wait on purpose from those that a function has', async () => {
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
