import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import {
  ExecutionError,
  ExecutionTimeoutError,
  StateMachine as Interpreter,
  type StateMachineDefinition,
} from 'aws-local-stepfunctions';
import { executionArn } from '../../../../shared/upload/execution-arn.ts';
import type { EventBuses, EventEntry } from '../eventbridge/event-bus.ts';
import { InvocationError } from '../lambda/invocation.ts';
import type { LocalFunction } from '../lambda/local-function.ts';
import type { Observe } from '../observation.ts';
import { type Unfinished, unfinished } from '../unfinished.ts';
import type { ExecutionRow, ExecutionTable } from './execution-table.ts';

export interface StateMachineParts {
  arn: string;
  definition: StateMachineDefinition;
  executions: ExecutionTable;
  functions: Map<string, LocalFunction>;
  buses: EventBuses;
  observe: Observe;
}

interface TaskState {
  Type: 'Task';
  Resource: string;
  TimeoutSeconds?: number;
}

interface WaitState {
  Type: 'Wait';
  Next?: string;
  Seconds?: number;
  SecondsPath?: string;
}

const isLambda = (resource: string) => /^arn:aws:(lambda:|states:::lambda:)/.test(resource);

type Task = (input: never, executionName: string, state: string) => unknown;

/** The interpreter's own default is a minute; Step Functions' is for ever, which is more than a timer can hold. */
const TASK_TIMEOUT_SECONDS = 7 * 24 * 3600;

/** Runs the executions of one state machine by its own definition, each from where it was when the process ended. */
export class LocalStateMachine {
  readonly #parts: StateMachineParts;
  readonly #tasks: Record<string, Task>;
  /**
   * States whose function ends with this process. One that was interrupted is not begun anew, which would do its work
   * twice behind the definition's back: it fails, and the definition says whether that is tried again.
   */
  readonly #lambdaStates: Set<string>;
  readonly #aborts = new Map<string, () => void>();
  #stopped = false;

  /** @throws Error naming what the definition asks for and is not here */
  constructor(parts: StateMachineParts) {
    const definition = withTimeouts(parts.definition);
    // Validated once: each execution only starts it.
    new Interpreter(definition, { validationOptions: { checkArn: false } });
    this.#parts = { ...parts, definition };
    this.#lambdaStates = new Set(
      Object.entries(definition.States).flatMap(([name, state]) =>
        state.Type === 'Task' && isLambda((state as TaskState).Resource) ? [name] : [],
      ),
    );
    this.#tasks = Object.fromEntries(
      Object.entries(definition.States).flatMap(([name, state]) =>
        state.Type === 'Task' ? [[name, this.#taskFor(name, state as TaskState)]] : [],
      ),
    );
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
    if (row) void this.#run(row, this.#parts.definition, JSON.parse(input));
  }

  /** Starts an execution unless there was one of that name. */
  startOnce(name: string, input: string): void {
    if (!this.#parts.executions.get(this.#parts.arn, name)) this.start(name, input);
  }

  /** Goes on with every execution that was under way when the process ended. */
  recover(): void {
    for (const row of this.#parts.executions.running(this.#parts.arn)) {
      const { definition, input } = resumption(this.#parts.definition, row);
      void this.#run(row, definition, input, row.state);
    }
  }

  /** The executions that have not ended. One that is in a Wait goes on when that is over. */
  unfinished(): Unfinished[] {
    const { arn, executions, definition } = this.#parts;
    const where = arn.split(':').at(-1) ?? '';
    return executions.running(arn).map((row) => unfinished(where, row.input, waitsUntil(definition, row)));
  }

  stop(): void {
    this.#stopped = true;
    for (const abort of this.#aborts.values()) abort();
  }

  /** @param interrupted the state that was under way when the process was killed */
  async #run(
    { name, startedAt }: ExecutionRow,
    definition: StateMachineDefinition,
    input: unknown,
    interrupted: string | null = null,
  ): Promise<void> {
    const { arn, executions, observe } = this.#parts;
    const entered = { Name: '', EnteredTime: startedAt };
    let lost = interrupted !== null && this.#lambdaStates.has(interrupted) ? interrupted : undefined;
    const act = async (state: string, taskInput: never) => {
      // A task must not begin before the database says so: a kill would have the state before it run again.
      while (entered.Name !== state && !this.#stopped) await turn();
      if (lost === state) {
        lost = undefined;
        throw new InvocationError('Lambda.Unknown', 'The function ended with the machine that it ran on.', true);
      }
      return this.#tasks[state]?.(taskInput, name, state);
    };
    const { result, eventLogs, abort } = new Interpreter(definition, { validationOptions: { noValidate: true } }).run(
      input as never,
      {
        context: {
          Execution: { Id: this.executionArn(name), Name: name },
          State: entered,
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
        Object.assign(entered, { Name: event.state.name, EnteredTime: new Date(event.timestamp).toISOString() });
        if (!(event.state.name in this.#parts.definition.States)) continue;
        executions.enter(arn, name, event.state.name, event.state.input, event.timestamp);
        observe({ kind: 'state-entered', executionName: name, state: event.state.name });
      }
    })();
    try {
      const output = JSON.stringify(await result);
      await followed;
      this.#end(name, 'SUCCEEDED', { output });
    } catch (error) {
      const cause = error instanceof ExecutionError ? error.cause : error;
      this.#end(name, error instanceof ExecutionTimeoutError ? 'TIMED_OUT' : 'FAILED', {
        error: (cause as Error | undefined)?.name ?? 'States.Runtime',
        cause: (error as Error).message,
      });
    }
  }

  #end(
    name: string,
    status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT',
    end: { output?: string; error?: string; cause?: string },
  ): void {
    this.#aborts.delete(name);
    // An execution that is only interrupted goes on at the next start.
    if (this.#stopped) return;
    this.#parts.executions.end(this.#parts.arn, name, status, end);
    this.#parts.observe({ kind: 'execution-ended', executionName: name, status });
  }

  #taskFor(state: string, { Resource: resource }: TaskState): Task {
    const { functions } = this.#parts;
    const fn = functions.get(resource);
    if (fn) return (input) => fn.invoke(input);
    switch (resource) {
      case 'arn:aws:states:::lambda:invoke':
        return async (input: { FunctionName: string; Payload: unknown }) => {
          const invoked = functions.get(input.FunctionName);
          if (!invoked)
            throw Object.assign(new Error(`There is no function ${input.FunctionName}.`), {
              name: 'Lambda.ResourceNotFoundException',
            });
          return { StatusCode: 200, ExecutedVersion: '$LATEST', Payload: await invoked.invoke(input.Payload) };
        };
      case 'arn:aws:states:::events:putEvents':
        return (input: { Entries: EventEntry[] }, executionName, stateName) =>
          this.#putEvents(input.Entries, executionName, stateName);
      default:
        throw new Error(`The local runtime does not know the resource ${resource} of the state "${state}".`);
    }
  }

  /** @see https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html */
  #putEvents(entries: (Omit<EventEntry, 'Detail'> & { Detail?: unknown })[], executionName: string, state: string) {
    const results = entries.map((entry) => {
      const Detail = JSON.stringify(entry.Detail);
      const Resources = [...(entry.Resources ?? []), this.executionArn(executionName), this.#parts.arn];
      // A state that is entered again after the process was killed must not put its event twice.
      const digest = createHash('sha256').update(JSON.stringify(entry)).digest('hex');
      return this.#parts.buses.put(
        { ...entry, Detail, Resources },
        `${this.executionArn(executionName)}/${state}/${digest}`,
      );
    });
    const refused = results.find((result) => 'ErrorCode' in result);
    if (refused) throw Object.assign(new Error(JSON.stringify(refused)), { name: 'EventBridge.FailedEntry' });
    return { Entries: results, FailedEntryCount: 0 };
  }
}

function withTimeouts(definition: StateMachineDefinition): StateMachineDefinition {
  const States = Object.fromEntries(
    Object.entries(definition.States).map(([name, state]) => [
      name,
      state.Type === 'Task' ? { TimeoutSeconds: TASK_TIMEOUT_SECONDS, ...state } : state,
    ]),
  );
  return { ...definition, States } as StateMachineDefinition;
}

const REST_OF_THE_WAIT = 'The rest of the wait';

/** When the wait that an execution is in ends, in milliseconds since 1970; undefined when it is in no wait. */
function waitsUntil(definition: StateMachineDefinition, row: ExecutionRow): number | undefined {
  const state = definition.States[row.state ?? ''] as Partial<WaitState> | undefined;
  if (state?.Type !== 'Wait' || row.stateEnteredAt === null) return undefined;
  const seconds = state.Seconds ?? Number(JSON.parse(row.stateInput ?? row.input)[(state.SecondsPath ?? '').slice(2)]);
  return Number.isFinite(seconds) ? row.stateEnteredAt + seconds * 1000 : undefined;
}

/** The same definition, from the state that was entered last; a wait only waits for what is left of it. */
function resumption(definition: StateMachineDefinition, row: ExecutionRow) {
  if (row.state === null || !(row.state in definition.States)) return { definition, input: JSON.parse(row.input) };
  const input = JSON.parse(row.stateInput ?? row.input);
  const until = waitsUntil(definition, row);
  if (until === undefined) return { definition: { ...definition, StartAt: row.state }, input };
  const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
  const { Next } = definition.States[row.state] as WaitState;
  const States = { ...definition.States, [REST_OF_THE_WAIT]: { Type: 'Wait', Seconds: left, Next } };
  return { definition: { ...definition, StartAt: REST_OF_THE_WAIT, States } as StateMachineDefinition, input };
}
