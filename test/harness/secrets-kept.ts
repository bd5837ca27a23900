import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import type { Observation } from '../../infra/local/aws/observation.ts';

/** Access tokens, refresh tokens, the app's secret, and what signs a form: nothing of it may be read anywhere. */
const SECRET = /pin[ar]_[\w-]+|simulated_client_secret|x-amz-(signature|security-token|credential)|Basic [\w+/=]{8,}/i;

/**
 * Looks for secrets in everything that a stack let be seen: logs, events, errors, and the executions with what went in and
 * out of them. Called after each end-to-end test, so that whatever any of them does is searched.
 * @param stateDirectory of a stack that has stopped
 */
export function expectNoSecretIn(observations: Observation[], stateDirectory: string): void {
  const database = new DatabaseSync(join(stateDirectory, 'state.sqlite'));
  const rows = ['executions', 'events'].flatMap((table) => database.prepare(`SELECT * FROM ${table}`).all());
  database.close();
  const leaks = [...observations, ...rows].map((each) => JSON.stringify(each)).filter((text) => SECRET.test(text));
  expect(leaks).toEqual([]);
}
