import { setImmediate as turn } from 'node:timers/promises';
import {
  ExecutionError,
  ExecutionTimeoutError,
  StateMachine as Interpreter,
  type StateMachineDefinition,
} from 'aws-local-stepfunctions';
import { executionArn } from '../../../../shared/upload/execution-arn.ts';
import { InvocationError } from '../lambda/invocation.ts';
import type { Observe } from '../observation.ts';
import { type Unfinished, unfinished } from '../unfinished.ts';
import type { ExecutionRow, ExecutionTable } from './execution-table.ts';
import { withoutJsonata } from './jsonata-state.ts';
import { resumption, waitsUntil } from './resumption.ts';
import { isLambda, type Task, type TaskServices, type TaskState, taskOf } from './task.ts';
import { TaskTokens, waitsForToken } from './task-tokens.ts';

export interface StateMachineParts extends TaskServices {
  definition: StateMachineDefinition;
  executions: ExecutionTable;
  observe: Observe;
}

/** The interpreter's default timeout is one minute. Step Functions has no default, but Node's timers have a maximum. */
const TASK_TIMEOUT_SECONDS = 7 * 24 * 3600;

/** Runs the executions of one state machine. After a restart, each execution continues from its last state. */
export class LocalStateMachine {
  readonly #parts: StateMachineParts;
  /** The definition with the timeouts that the interpreter needs. */
  readonly #interpreted: StateMachineDefinition;
  readonly #tasks: Record<string, Task>;
  /**
   * States that invoke a function. A function ends with this process. Repeating an interrupted state could repeat work
   * without the definition's knowledge. So the interrupted state fails, and the definition decides whether to retry.
   */
  readonly #lambdaStates: Set<string>;
  readonly #aborts = new Map<string, () => void>();
  /** The tokens of each running execution, by its name. */
  readonly #tokens = new Map<string, TaskTokens>();
  #stopped = false;

  /** @throws Error that names the part of the definition that the local runtime does not know */
  constructor(parts: StateMachineParts) {
    const definition = withTimeouts(interpretable(parts.definition));
    // Validate the definition once, not for each execution.
    new Interpreter(definition, { validationOptions: { checkArn: false } });
    this.#parts = parts;
    this.#interpreted = definition;
    const tasks = Object.entries(parts.definition.States).flatMap(([name, state]) =>
      state.Type === 'Task' ? [[name, state as TaskState] as const] : [],
    );
    this.#lambdaStates = new Set(tasks.flatMap(([name, state]) => (isLambda(state) ? [name] : [])));
    this.#tasks = Object.fromEntries(tasks.map(([name, state]) => [name, taskOf(name, state, parts)]));
  }

  get arn(): string {
    return this.#parts.arn;
  }

  executionArn(name: string): string {
    return executionArn(this.#parts.arn, name);
  }

  start(name: string, input: string): void {
    const { executions, arn } = this.#parts;
    executions.start(arn, name, input, new Date().toISOString());
    const row = executions.get(arn, name);
    if (row) void this.#run(row, this.#interpreted, JSON.parse(input));
  }

  /** Starts an execution, unless an execution with this name exists. */
  startOnce(name: string, input: string): void {
    if (!this.#parts.executions.get(this.#parts.arn, name)) this.start(name, input);
  }

  /** Continues every execution that was running when the process ended. */
  recover(): void {
    for (const row of this.#parts.executions.running(this.#parts.arn)) {
      const { definition, input } = resumption(this.#interpreted, row);
      void this.#run(row, definition, input, row.state);
    }
  }

  /** The running executions. For an execution in a Wait state, `againAt` is the time at which it continues. */
  unfinished(): Unfinished[] {
    const { arn, executions, definition } = this.#parts;
    const where = arn.split(':').at(-1) ?? '';
    return executions.running(arn).map((row) => unfinished(where, row.input, waitsUntil(definition, row)));
  }

  /** Ends the task that waits for this token. @returns false when there is no such task */
  succeedTask(token: string, output: unknown): boolean {
    return [...this.#tokens.values()].some((tokens) => tokens.succeed(token, output));
  }

  stop(): void {
    this.#stopped = true;
    for (const abort of this.#aborts.values()) abort();
    for (const tokens of this.#tokens.values()) tokens.stop();
  }

  /** @param interrupted the state that was running when the previous process ended */
  async #run(
    { name, startedAt }: ExecutionRow,
    definition: StateMachineDefinition,
    input: unknown,
    interrupted: string | null = null,
  ): Promise<void> {
    const { arn, executions, observe } = this.#parts;
    const entered = { Name: '', EnteredTime: startedAt };
    const tokens = new TaskTokens();
    this.#tokens.set(name, tokens);
    let lost = interrupted !== null && this.#lambdaStates.has(interrupted) ? interrupted : undefined;
    const act = async (state: string, taskInput: never) => {
      // Start a task only when its state is in the database. Otherwise the previous state would run again after a kill.
      while (entered.Name !== state && !this.#stopped) await turn();
      if (lost === state) {
        lost = undefined;
        throw new InvocationError('Lambda.Unknown', 'The function ended with the machine that it ran on.', true);
      }
      const start = async () => this.#tasks[state]?.(taskInput, name);
      if (!waitsForToken((this.#parts.definition.States[state] as TaskState).Resource)) return start();
      const row = executions.get(arn, name);
      const until = row && waitsUntil(this.#parts.definition, row);
      return tokens.wait(start, until ?? Number.POSITIVE_INFINITY);
    };
    const { result, eventLogs, abort } = new Interpreter(definition, { validationOptions: { noValidate: true } }).run(
      input as never,
      {
        context: {
          Execution: { Id: this.executionArn(name), Name: name },
          State: entered,
          Task: tokens.context,
          StateMachine: { Id: arn, Name: arn.split(':').at(-1) },
        },
        overrides: {
          taskResourceLocalHandlers: Object.fromEntries(
            Object.keys(this.#tasks).map((state) => [state, ((taskInput: never) => act(state, taskInput)) as never]),
          ),
        },
      },
    );
    this.#aborts.set(name, abort);
    const followed = (async () => {
      for await (const event of eventLogs) {
        if (event.type !== 'StateEntered' || this.#stopped) continue;
        const { name: state, input: stateInput } = event.state;
        // The Wait state for the rest of an interrupted wait is not part of the definition, so it is not recorded.
        const known = state in this.#parts.definition.States;
        if (known) executions.enter(arn, name, state, stateInput, event.timestamp);
        Object.assign(entered, { Name: state, EnteredTime: new Date(event.timestamp).toISOString() });
        if (known) observe({ kind: 'state-entered', executionName: name, state });
      }
    })();
    const outcome = await result.then(
      (output: unknown) => ({ status: 'SUCCEEDED', output: JSON.stringify(output) }) as const,
      failure,
    );
    // If a state cannot be recorded (a full disk), this line throws. The execution does not fail: the next start
    // continues it.
    await followed;
    this.#end(name, outcome);
  }

  #end(name: string, { status, ...end }: Outcome): void {
    this.#aborts.delete(name);
    this.#tokens.delete(name);
    // An interrupted execution continues at the next start.
    if (this.#stopped) return;
    this.#parts.executions.end(this.#parts.arn, name, status, end);
    this.#parts.observe({ kind: 'execution-ended', executionName: name, status });
  }
}

interface Outcome {
  status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT';
  output?: string;
  error?: string;
  cause?: string;
}

function failure(error: Error): Outcome {
  const cause = error instanceof ExecutionError ? error.cause : error;
  return {
    status: error instanceof ExecutionTimeoutError ? 'TIMED_OUT' : 'FAILED',
    error: (cause as Error | undefined)?.name ?? 'States.Runtime',
    cause: error.message,
  };
}

/** The interpreter only knows JSONPath. */
function interpretable(definition: StateMachineDefinition): StateMachineDefinition {
  const States = Object.fromEntries(
    Object.entries(definition.States).map(([name, state]) => [name, withoutJsonata(name, state)]),
  );
  return { ...definition, States } as StateMachineDefinition;
}

function withTimeouts(definition: StateMachineDefinition): StateMachineDefinition {
  const States = Object.fromEntries(
    Object.entries(definition.States).map(([name, state]) => [
      name,
      state.Type === 'Task' ? withTimeout(state) : state,
    ]),
  );
  return { ...definition, States } as StateMachineDefinition;
}

function withTimeout(state: TaskState): TaskState {
  const timed = { TimeoutSeconds: TASK_TIMEOUT_SECONDS, ...state };
  // The interpreter looks for the path in the task's parameters, AWS in the state's input. `TaskTokens` keeps this timeout.
  if (waitsForToken(state.Resource)) delete timed.TimeoutSecondsPath;
  return timed;
}
