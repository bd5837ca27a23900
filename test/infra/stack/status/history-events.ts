import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';

/** Maximum number of events in an execution's history. @see Step Functions, Service quotas */
export const MOST_EVENTS = 25_000;

/** A state has two events: entered and exited. A task adds three, again for each retry: scheduled, started, ended. */
const [STATE_EVENTS, TASK_EVENTS] = [2, 5];
export const RETRY_EVENTS = 3;

/** Handler for a task state. It may throw. */
type Task = (input: never) => Promise<unknown>;

/** Runs a state machine definition without waits. @returns the number of events that its history would have on AWS */
export async function historyEvents(
  definition: Record<string, unknown>,
  input: object,
  tasks: Record<string, Task>,
): Promise<number> {
  const states = definition['States'] as Record<string, { Type: string; Retry?: unknown; TimeoutSecondsPath?: string }>;
  const named = (type: string) => Object.keys(states).filter((name) => states[name]?.Type === type);
  const none = (names: string[]) => Object.fromEntries(names.map((name) => [name, 0]));
  // A task that waits for its token has no waits here.
  const untimed = Object.entries(states).map(([name, state]) => {
    const { TimeoutSecondsPath: _path, ...untimed } = state;
    return [name, untimed];
  });
  const machine = new StateMachine(
    { ...definition, States: Object.fromEntries(untimed) } as unknown as StateMachineDefinition,
    {
      validationOptions: { checkArn: false },
    },
  );
  const { result, eventLogs } = machine.run(JSON.parse(JSON.stringify(input)), {
    context: { State: { EnteredTime: '2026-03-01T09:00:00.000Z' }, Task: { Token: 'token' } },
    overrides: {
      waitTimeOverrides: none(named('Wait')),
      retryIntervalOverrides: none(named('Task')),
      taskResourceLocalHandlers: tasks as never,
    },
  });
  let events = 0;
  const counted = (async () => {
    for await (const event of eventLogs) {
      if (event.type === 'StateEntered') events += event.state.type === 'Task' ? TASK_EVENTS : STATE_EVENTS;
      if (event.type === 'StateRetried') events += RETRY_EVENTS;
    }
  })();
  await result;
  await counted;
  return events;
}
