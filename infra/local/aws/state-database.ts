import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS executions (
    machine_arn TEXT NOT NULL, name TEXT NOT NULL, input TEXT NOT NULL, status TEXT NOT NULL,
    started_at TEXT NOT NULL, stopped_at TEXT, output TEXT, error TEXT, cause TEXT,
    state TEXT, state_input TEXT, state_entered_at INTEGER,
    PRIMARY KEY (machine_arn, name)
  );
  CREATE INDEX IF NOT EXISTS executions_by_status ON executions (status);
  CREATE TABLE IF NOT EXISTS entered_states (
    machine_arn TEXT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL, entered_at INTEGER NOT NULL
  );
  CREATE INDEX IF NOT EXISTS entered_states_by_execution ON entered_states (machine_arn, name);
  CREATE TABLE IF NOT EXISTS events (
    id TEXT PRIMARY KEY, origin TEXT UNIQUE, bus TEXT NOT NULL, envelope TEXT NOT NULL, delivered INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX IF NOT EXISTS events_by_upload ON events (json_extract(envelope, '$.detail.uploadId'));
  CREATE TABLE IF NOT EXISTS deliveries (
    event_id TEXT NOT NULL, target TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL, put_at INTEGER NOT NULL,
    PRIMARY KEY (event_id, target)
  );
  CREATE TABLE IF NOT EXISTS waiting_messages (message_id TEXT PRIMARY KEY);
  CREATE TABLE IF NOT EXISTS parameters (name TEXT PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS rotations (arn TEXT PRIMARY KEY, rotated_at INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS secrets (arn TEXT PRIMARY KEY, value TEXT NOT NULL);
`;

/**
 * Opens the database of the local runtime with an exclusive lock. The lock is released when the process ends, even if
 * the process is killed.
 * @throws Error that names the process that uses the directory
 */
export function openStateDatabase(directory: string): DatabaseSync {
  const owner = join(directory, 'pid');
  const database = new DatabaseSync(join(directory, 'state.sqlite'), { timeout: 500 });
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    database.exec(SCHEMA);
  } catch (error) {
    database.close();
    if (!/locked|busy/i.test((error as Error).message)) throw error;
    throw new Error(
      `Another npm start (process ${readOwner(owner)}) is running on ${directory}. Drop your files there, or stop it first.`,
    );
  }
  writeFileSync(owner, String(process.pid));
  return database;
}

function readOwner(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return 'unknown';
  }
}
