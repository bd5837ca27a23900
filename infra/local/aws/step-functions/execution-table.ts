import type { DatabaseSync } from 'node:sqlite';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED' | 'TIMED_OUT';

export interface ExecutionRow {
  machineArn: string;
  name: string;
  /** JSON */
  input: string;
  status: ExecutionStatus;
  /** ISO 8601 */
  startedAt: string;
  stoppedAt: string | null;
  /** JSON */
  output: string | null;
  error: string | null;
  cause: string | null;
  /** The state entered last, the state's input as JSON, and the time of entry in milliseconds since 1970. */
  state: string | null;
  stateInput: string | null;
  stateEnteredAt: number | null;
}

export interface EnteredState {
  state: string;
  /** Milliseconds since 1970. */
  enteredAt: number;
}

const COLUMNS = `machine_arn AS machineArn, name, input, status, started_at AS startedAt, stopped_at AS stoppedAt,
  output, error, cause, state, state_input AS stateInput, state_entered_at AS stateEnteredAt`;

/** All executions. None is ever deleted, because their names are idempotency keys. */
export class ExecutionTable {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  get(machineArn: string, name: string): ExecutionRow | undefined {
    const row = this.#database
      .prepare(`SELECT ${COLUMNS} FROM executions WHERE machine_arn = ? AND name = ?`)
      .get(machineArn, name);
    return row as ExecutionRow | undefined;
  }

  running(machineArn: string): ExecutionRow[] {
    const rows = this.#database
      .prepare(`SELECT ${COLUMNS} FROM executions WHERE machine_arn = ? AND status = 'RUNNING'`)
      .all(machineArn);
    return rows as unknown as ExecutionRow[];
  }

  /** The newest ended executions, newest first. */
  ended(machineArn: string, limit: number): ExecutionRow[] {
    const rows = this.#database
      .prepare(
        `SELECT ${COLUMNS} FROM executions WHERE machine_arn = ? AND status <> 'RUNNING' ORDER BY started_at DESC LIMIT ?`,
      )
      .all(machineArn, limit);
    return rows as unknown as ExecutionRow[];
  }

  /** Lists executions, newest first. @param after the last execution of the previous page */
  list(
    machineArn: string,
    status: string | undefined,
    limit: number,
    after?: Pick<ExecutionRow, 'startedAt' | 'name'>,
  ): ExecutionRow[] {
    const rows = this.#database
      .prepare(
        `SELECT ${COLUMNS} FROM executions
         WHERE machine_arn = ? AND (? IS NULL OR status = ?) AND (? IS NULL OR (started_at, name) < (?, ?))
         ORDER BY started_at DESC, name DESC LIMIT ?`,
      )
      .all(
        machineArn,
        status ?? null,
        status ?? null,
        after?.name ?? null,
        after?.startedAt ?? null,
        after?.name ?? null,
        limit,
      );
    return rows as unknown as ExecutionRow[];
  }

  start(machineArn: string, name: string, input: string, startedAt: string): void {
    this.#database
      .prepare("INSERT INTO executions (machine_arn, name, input, status, started_at) VALUES (?, ?, ?, 'RUNNING', ?)")
      .run(machineArn, name, input, startedAt);
  }

  enter(machineArn: string, name: string, state: string, input: unknown, at: number): void {
    this.#database
      .prepare(
        'UPDATE executions SET state = ?, state_input = ?, state_entered_at = ? WHERE machine_arn = ? AND name = ?',
      )
      .run(state, JSON.stringify(input), at, machineArn, name);
    this.#database.prepare('INSERT INTO entered_states VALUES (?, ?, ?, ?)').run(machineArn, name, state, at);
  }

  /** An execution's history: the states that it entered, in order. */
  statesOf(machineArn: string, name: string): EnteredState[] {
    const rows = this.#database
      .prepare(
        'SELECT state, entered_at AS enteredAt FROM entered_states WHERE machine_arn = ? AND name = ? ORDER BY rowid',
      )
      .all(machineArn, name);
    return rows as unknown as EnteredState[];
  }

  end(
    machineArn: string,
    name: string,
    status: ExecutionStatus,
    end: { output?: string; error?: string; cause?: string },
  ): void {
    this.#database
      .prepare(
        'UPDATE executions SET status = ?, stopped_at = ?, output = ?, error = ?, cause = ? WHERE machine_arn = ? AND name = ?',
      )
      .run(
        status,
        new Date().toISOString(),
        end.output ?? null,
        end.error ?? null,
        end.cause ?? null,
        machineArn,
        name,
      );
  }
}
