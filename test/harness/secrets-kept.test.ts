import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStateDatabase } from '../../infra/local/aws/state-database.ts';
import { expectNoSecretIn } from './secrets-kept.ts';

function stateDirectory(executionInput: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'pindrop-secrets-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const database = openStateDatabase(directory);
  database
    .prepare('INSERT INTO executions (machine_arn, name, input, status, started_at) VALUES (?, ?, ?, ?, ?)')
    .run('arn', 'clip', executionInput, 'RUNNING', '2026-03-01T09:00:00Z');
  database.close();
  return directory;
}

const logged = (line: string) => [{ kind: 'function-log', functionName: 'Pindrop-Ingest', line }] as const;

describe('the search for secrets', () => {
  it.each(['pina_abc', 'pinr_abc', 'simulated_client_secret', '"x-amz-signature":"00"', 'Basic MTUwMDAwMDpzaW0='])(
    'finds %s in a log line and in an execution',
    (secret) => {
      expect(() => expectNoSecretIn([...logged(`{"headers":"${secret}"}`)], stateDirectory('{}'))).toThrow();
      expect(() => expectNoSecretIn([], stateDirectory(JSON.stringify({ secret })))).toThrow();
    },
  );

  it('finds nothing in output without secrets', () => {
    expectNoSecretIn([...logged('{"message":"registered","mediaId":"5212"}')], stateDirectory('{"upload":{}}'));
  });
});
