import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import type { ExecutionRow } from './execution-table.ts';
import { waitsForToken } from './task-tokens.ts';

interface WaitState {
  Type: 'Wait' | 'Task';
  Next?: string;
  End?: boolean;
  Seconds?: number;
  SecondsPath?: string;
  /** Of a task that waits for its token. */
  Resource?: string;
  TimeoutSecondsPath?: string;
}

const REST_OF_THE_WAIT = 'The rest of the wait';

/**
 * @returns the end of the execution's current Wait state, or of its current task that waits for a token, in
 * milliseconds since 1970; undefined in any other state
 */
export function waitsUntil(definition: StateMachineDefinition, row: ExecutionRow): number | undefined {
  const state = definition.States[row.state ?? ''] as Partial<WaitState> | undefined;
  if (row.stateEnteredAt === null || !(state?.Type === 'Wait' || waitsForToken(state?.Resource))) return undefined;
  const path = state?.SecondsPath ?? state?.TimeoutSecondsPath ?? '';
  const seconds = state?.Seconds ?? Number(JSON.parse(row.stateInput ?? row.input)[path.slice(2)]);
  return Number.isFinite(seconds) ? row.stateEnteredAt + seconds * 1000 : undefined;
}

/**
 * Returns the definition and the input that continue an execution after the process ended. The definition starts at the
 * state that the execution entered last. A Wait state lasts only for the rest of its time.
 */
export function resumption(
  definition: StateMachineDefinition,
  row: ExecutionRow,
): { definition: StateMachineDefinition; input: unknown } {
  if (row.state === null || !(row.state in definition.States)) return { definition, input: JSON.parse(row.input) };
  const input = JSON.parse(row.stateInput ?? row.input);
  const until = definition.States[row.state]?.Type === 'Wait' ? waitsUntil(definition, row) : undefined;
  if (until === undefined) return { definition: { ...definition, StartAt: row.state }, input };
  const Seconds = Math.max(0, Math.ceil((until - Date.now()) / 1000));
  const { Next, End } = definition.States[row.state] as WaitState;
  const States = { ...definition.States, [REST_OF_THE_WAIT]: { Type: 'Wait', Seconds, Next, End } };
  return { definition: { ...definition, StartAt: REST_OF_THE_WAIT, States } as StateMachineDefinition, input };
}
