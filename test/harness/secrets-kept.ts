import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import type { Observation } from '../../infra/local/aws/observation.ts';

/** Access tokens, refresh tokens, the app's secret, and form signatures. None of them may appear in any output. */
const SECRET = /pin[ar]_[\w-]+|simulated_client_secret|x-amz-(signature|security-token|credential)|Basic [\w+/=]{8,}/i;

/**
 * Searches for secrets in all output of a stack: logs, events, errors, and the input and output of executions. Runs
 * after each end-to-end test.
 * @param stateDirectory of a stack that has stopped
 */
export function expectNoSecretIn(observations: Observation[], stateDirectory: string): void {
  const database = new DatabaseSync(join(stateDirectory, 'state.sqlite'));
  const rows = ['executions', 'events'].flatMap((table) => database.prepare(`SELECT * FROM ${table}`).all());
  database.close();
  const leaks = [...observations, ...rows].map((each) => JSON.stringify(each)).filter((text) => SECRET.test(text));
  expect(leaks).toEqual([]);
}
