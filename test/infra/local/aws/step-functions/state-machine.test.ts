import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EventEntry } from '../../../../../infra/local/aws/eventbridge/event-bus.ts';
import type { Observation } from '../../../../../infra/local/aws/observation.ts';
import { openStateDatabase } from '../../../../../infra/local/aws/state-database.ts';
import { ExecutionTable } from '../../../../../infra/local/aws/step-functions/execution-table.ts';
import { LocalStateMachine } from '../../../../../infra/local/aws/step-functions/state-machine.ts';

const arn = 'arn:aws:states:us-east-1:000000000000:stateMachine:M';
const FN = 'arn:aws:lambda:us-east-1:000000000000:function:F';

/** A database and a state machine over it. Each `start` stands for a new process that runs the machine. */
function processes(States: Record<string, object>) {
  const directory = mkdtempSync(join(tmpdir(), 'pindrop-machine-'));
  const database = openStateDatabase(directory);
  const executions = new ExecutionTable(database);
  const running: LocalStateMachine[] = [];
  onTestFinished(() => {
    for (const machine of running) machine.stop();
    database.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const [StartAt = ''] = Object.keys(States);
  const start = (invoke: (event: unknown) => Promise<unknown> = async () => null) => {
    const observations: Observation[] = [];
    const watchers = new Set<() => void>();
    const events: { entry: EventEntry; origin: string | undefined }[] = [];
    const machine = new LocalStateMachine({
      arn,
      definition: { StartAt, States } as never,
      executions,
      functions: new Map([[FN, { invoke } as never]]),
      objectTags: { getObjectTagging: () => ({ TagSet: [] }), putObjectTagging: () => ({}) },
      buses: {
        service: {},
        recover() {},
        put(entry, origin) {
          events.push({ entry, origin });
          return { EventId: `event ${events.length}` };
        },
      },
      observe(observation) {
        observations.push(observation);
        for (const watcher of watchers) watcher();
      },
    });
    running.push(machine);
    const until = (what: (all: Observation[]) => boolean) =>
      new Promise<void>((resolve) => {
        const watcher = () => {
          if (what(observations)) resolve();
        };
        watchers.add(watcher);
        watcher();
      });
    return {
      machine,
      events,
      until,
      ended: async (name: string) => {
        await until((all) => all.some((each) => each.kind === 'execution-ended' && each.executionName === name));
        return executions.get(arn, name);
      },
      entered: (state: string) =>
        until((all) => all.some((each) => each.kind === 'state-entered' && each.state === state)),
    };
  };
  return { start, executions, database };
}

const work = { Type: 'Task', Resource: FN };

describe('a local state machine', () => {
  it('runs each state once, in order, and records the states and the output', async () => {
    const { start, executions } = processes({
      Work: { ...work, ResultPath: '$.answer', Next: 'Rest' },
      Rest: { Type: 'Wait', SecondsPath: '$.answer.seconds', Next: 'Done' },
      Done: { Type: 'Pass', End: true },
    });
    const asked: unknown[] = [];
    const { machine, ended } = start(async (event) => {
      asked.push(event);
      return { seconds: 0 };
    });
    machine.start('one', '{"file":"clip.mp4"}');
    expect(await ended('one')).toMatchObject({ status: 'SUCCEEDED', error: null });
    expect(JSON.parse(executions.get(arn, 'one')?.output ?? '')).toEqual({ file: 'clip.mp4', answer: { seconds: 0 } });
    expect(asked).toEqual([{ file: 'clip.mp4' }]);
    expect(executions.statesOf(arn, 'one').map(({ state }) => state)).toEqual(['Work', 'Rest', 'Done']);
    expect(machine.unfinished()).toEqual([]);
  });

  it('starts only one execution per name', async () => {
    const { start } = processes({ Work: { ...work, End: true } });
    let invocations = 0;
    const { machine, ended } = start(async () => ++invocations);
    machine.startOnce('one', '{}');
    machine.startOnce('one', '{}');
    await ended('one');
    machine.startOnce('one', '{}');
    expect(() => machine.start('one', '{}')).toThrow('UNIQUE');
    expect(invocations).toBe(1);
  });

  it('fails with the error of a state if nothing catches it', async () => {
    const { start } = processes({ Work: { ...work, End: true } });
    const { machine, ended } = start(async () => {
      throw Object.assign(new Error('No such file.'), { name: 'Missing' });
    });
    machine.start('one', '{}');
    expect(await ended('one')).toMatchObject({ status: 'FAILED', error: 'Missing', output: null });
  });

  it('retries a task as its definition says', async () => {
    const Retry = [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 0, MaxAttempts: 3, BackoffRate: 1 }];
    const { start } = processes({ Work: { ...work, Retry, End: true } });
    let invocations = 0;
    const { machine, ended } = start(async () => {
      if (++invocations < 3) throw new Error('Not yet.');
      return 'done';
    });
    machine.start('one', '{}');
    expect(await ended('one')).toMatchObject({ status: 'SUCCEEDED', output: '"done"' });
    expect(invocations).toBe(3);
  });

  it('refuses an unsupported resource, and the error names it', () => {
    const { start } = processes({ Work: { Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage', End: true } });
    expect(() => start()).toThrow('arn:aws:states:::sqs:sendMessage of the state "Work"');
  });

  it('evaluates a task in JSONata: arguments, result and output', async () => {
    const { start, executions } = processes({
      Work: {
        ...work,
        QueryLanguage: 'JSONata',
        Arguments: { key: "{% $states.input.name & '.mp4' %}", sizes: [1, '{% 1 + 1 %}'] },
        Output: '{% $merge([$states.input, $states.result]) %}',
        End: true,
      },
    });
    const asked: unknown[] = [];
    const { machine, ended } = start(async (event) => {
      asked.push(event);
      return { done: true };
    });
    machine.start('one', '{"name":"clip"}');
    expect(await ended('one')).toMatchObject({ status: 'SUCCEEDED' });
    expect(asked).toEqual([{ key: 'clip.mp4', sizes: [1, 2] }]);
    expect(JSON.parse(executions.get(arn, 'one')?.output ?? '')).toEqual({ name: 'clip', done: true });
  });

  it('fails a task in JSONata when an expression has no value, as Step Functions does', async () => {
    const { start } = processes({
      Work: { ...work, QueryLanguage: 'JSONata', Arguments: { key: '{% $states.input.nothing %}' }, End: true },
    });
    const { machine, ended } = start();
    machine.start('one', '{}');
    expect(await ended('one')).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  });

  it.each([
    [{ ...work, QueryLanguage: 'JSONata', Assign: { a: 1 }, End: true }, 'Assign in JSONata'],
    [{ Type: 'Pass', QueryLanguage: 'JSONata', Output: 1, End: true }, 'a state that is not a task in JSONata'],
    [
      { ...work, QueryLanguage: 'JSONata', Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Work' }], End: true },
      'a Catch whose Output is not the input in JSONata',
    ],
  ])('refuses an unsupported part of JSONata, and the error names it: %j', (Work, named) => {
    const { start } = processes({ Work });
    expect(() => start()).toThrow(`${named} (state "Work")`);
  });
});

/** A task that gives its function a token, and waits until it is returned or `seconds` have passed. */
const callback = {
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
  Parameters: { FunctionName: FN, Payload: { 'token.$': '$$.Task.Token', 'input.$': '$' } },
  TimeoutSecondsPath: '$.seconds',
  Catch: [{ ErrorEquals: ['States.Timeout'], ResultPath: '$.error', Next: 'Late' }],
  Next: 'Done',
};
const after = { Done: { Type: 'Pass', End: true }, Late: { Type: 'Pass', End: true } };

describe('a task that waits for its token', () => {
  it('ends with the output that comes with the token', async () => {
    const { start } = processes({ Sleep: callback, ...after });
    const tokens: string[] = [];
    const { machine, ended, entered } = start(async (event) => tokens.push((event as { token: string }).token));
    machine.start('one', '{"seconds":3600}');
    await entered('Sleep');
    await expect.poll(() => tokens).toHaveLength(1);
    expect(machine.unfinished()[0]?.againAt).toBeGreaterThan(Date.now() + 3_500_000);
    expect(machine.succeedTask('another', {})).toBe(false);
    expect(machine.succeedTask(tokens[0] ?? '', { woken: true })).toBe(true);
    expect(await ended('one')).toMatchObject({ status: 'SUCCEEDED', output: '{"woken":true}' });
    expect(machine.succeedTask(tokens[0] ?? '', {})).toBe(false);
  });

  it('gets a new token in each wait', async () => {
    const { start } = processes({
      First: { ...callback, ResultPath: null, Next: 'Second' },
      Second: { ...callback, ResultPath: null },
      ...after,
    });
    const tokens: string[] = [];
    const { machine, ended } = start(async (event) => tokens.push((event as { token: string }).token));
    machine.start('one', '{"seconds":3600}');
    await expect.poll(() => tokens).toHaveLength(1);
    machine.succeedTask(tokens[0] ?? '', {});
    await expect.poll(() => tokens).toHaveLength(2);
    expect(machine.succeedTask(tokens[0] ?? '', {})).toBe(false);
    machine.succeedTask(tokens[1] ?? '', {});
    expect(await ended('one')).toMatchObject({ status: 'SUCCEEDED', output: '{"seconds":3600}' });
  });

  it('ends with States.Timeout after the time in its input', async () => {
    const { start } = processes({ Sleep: callback, ...after });
    const { machine, ended } = start();
    machine.start('one', '{"seconds":1}');
    const { output } = (await ended('one')) ?? {};
    expect(JSON.parse(output ?? '')).toMatchObject({ seconds: 1, error: { Error: 'States.Timeout' } });
  });

  it('fails when its function fails', async () => {
    const { start } = processes({ Sleep: callback, ...after });
    const { machine, ended } = start(async () => {
      throw Object.assign(new Error('No.'), { name: 'Changed' });
    });
    machine.start('one', '{"seconds":3600}');
    expect(await ended('one')).toMatchObject({ status: 'FAILED', error: 'Changed' });
  });

  it('fails after a restart, like an interrupted function', async () => {
    const { start } = processes({
      Sleep: { ...callback, Catch: [{ ErrorEquals: ['Lambda.Unknown'], ResultPath: null, Next: 'Late' }] },
      ...after,
    });
    const first = start();
    first.machine.start('one', '{"seconds":3600}');
    await first.entered('Sleep');
    first.machine.stop();
    const second = start();
    second.machine.recover();
    expect(await second.ended('one')).toMatchObject({ status: 'SUCCEEDED', output: '{"seconds":3600}' });
  });
});

describe('after a restart', () => {
  it('a wait lasts only for its remaining time, counted from its original start', async () => {
    const { start, executions, database } = processes({
      Rest: { Type: 'Wait', Seconds: 3600, Next: 'Done' },
      Done: { Type: 'Pass', End: true },
    });
    const first = start();
    first.machine.start('long', '{"n":1}');
    first.machine.start('over', '{"n":2}');
    await first.until((all) => all.filter(({ kind }) => kind === 'state-entered').length === 2);
    first.machine.stop();
    // An hour passes for the execution `over`.
    database.prepare("UPDATE executions SET state_entered_at = state_entered_at - 3600000 WHERE name = 'over'").run();

    const second = start();
    second.machine.recover();
    expect(await second.ended('over')).toMatchObject({ status: 'SUCCEEDED', output: '{"n":2}' });
    expect(executions.statesOf(arn, 'over').map(({ state }) => state)).toEqual(['Rest', 'Done']);
    const began = executions.get(arn, 'long')?.stateEnteredAt ?? 0;
    expect(second.machine.unfinished()).toEqual([{ where: 'M', againAt: began + 3_600_000 }]);
    expect(executions.get(arn, 'long')?.status).toBe('RUNNING');
  });

  it('a function that was running is not invoked again unless the definition says so', async () => {
    const { start } = processes({
      Work: { ...work, Catch: [{ ErrorEquals: ['Lambda.Unknown'], Next: 'Caught' }], Next: 'Done' },
      Done: { Type: 'Pass', End: true },
      Caught: { Type: 'Pass', Result: 'caught', End: true },
    });
    const first = start(() => new Promise(() => {}));
    first.machine.start('one', '{}');
    await first.entered('Work');
    first.machine.stop();
    let invocations = 0;
    const second = start(async () => ++invocations);
    second.machine.recover();
    expect(await second.ended('one')).toMatchObject({ status: 'SUCCEEDED', output: '"caught"' });
    expect(invocations).toBe(0);
  });

  it('a repeated put of an event has the same origin, so that the bus accepts it only once', async () => {
    const Parameters = { Entries: [{ Source: 's', DetailType: 't', EventBusName: 'b', 'Detail.$': '$' }] };
    const put = { Type: 'Task', Resource: 'arn:aws:states:::events:putEvents', Parameters, Next: 'Rest' };
    const { start, database } = processes({
      Put: put,
      Rest: { Type: 'Wait', Seconds: 3600, Next: 'Done' },
      Done: { Type: 'Pass', End: true },
    });
    const first = start();
    first.machine.start('one', '{"n":1}');
    await first.entered('Rest');
    first.machine.stop();
    // As if the process had been killed after the put and before the next state.
    database.prepare("UPDATE executions SET state = 'Put', state_input = input").run();
    const second = start();
    second.machine.recover();
    await second.entered('Rest');
    expect(second.events).toEqual(first.events);
    const execution = `${arn.replace(':stateMachine:', ':execution:')}:one`;
    expect(second.events[0]?.entry).toMatchObject({ Detail: '{"n":1}', Resources: [execution, arn] });
    expect(second.events[0]?.origin?.startsWith(`${execution}/Put/`)).toBe(true);
  });
});
