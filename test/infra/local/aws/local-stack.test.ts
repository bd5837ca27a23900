import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  paginateListExecutions,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startLocalStack } from '../../../../infra/local/aws/local-stack.ts';
import type { Observation } from '../../../../infra/local/aws/observation.ts';

/** Writes a stack with these resources and a function `Fn` with this code. @returns the assembly directory */
async function assembly(resources: object, outputs: Record<string, unknown>, code: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'pindrop-stack-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const Fn = {
    Type: 'AWS::Lambda::Function',
    Properties: { Code: { S3Key: 'fn.zip' }, Handler: 'index.handler', MemorySize: 256, Timeout: 60 },
  };
  await mkdir(join(directory, 'asset.fn'));
  await writeFile(join(directory, 'asset.fn/index.mjs'), code);
  const Outputs = Object.fromEntries(Object.entries(outputs).map(([name, Value]) => [name, { Value }]));
  await writeFile(join(directory, 'S.template.json'), JSON.stringify({ Resources: { Fn, ...resources }, Outputs }));
  return directory;
}

async function start(directory: string) {
  const observations: Observation[] = [];
  const watchers = new Set<() => void>();
  const stack = await startLocalStack({
    assemblyDirectory: directory,
    stackName: 'S',
    stateDirectory: directory,
    secretValues: {},
    observe(observation) {
      observations.push(observation);
      for (const watcher of watchers) watcher();
    },
  });
  const { endpoint, region, accessKey: credentials } = stack;
  const client = { endpoint, region, credentials };
  const clients = {
    sqs: new SQSClient(client),
    states: new SFNClient(client),
    events: new EventBridgeClient(client),
  };
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= stack.stop();
    return stopped;
  };
  onTestFinished(async () => {
    clients.sqs.destroy();
    clients.states.destroy();
    clients.events.destroy();
    await stop();
  });
  const until = (what: (all: Observation[]) => boolean) =>
    new Promise<void>((resolve) => {
      const watcher = () => {
        if (what(observations)) resolve();
      };
      watchers.add(watcher);
      watcher();
    });
  return { ...stack, ...clients, observations, until, stop };
}

async function putEvent({ events }: { events: EventBridgeClient }, detail: unknown) {
  const entry = { EventBusName: 'bus', Source: 'test', DetailType: 'Test', Detail: JSON.stringify(detail) };
  await events.send(new PutEventsCommand({ Entries: [entry] }));
}

/** Waits for a message, however long a function takes that comes before it. */
async function messageOf(sqs: SQSClient, QueueUrl: string | undefined) {
  for (;;) {
    const { Messages: [message] = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    if (message) return JSON.parse(message.Body ?? '');
  }
}

describe('a rule', () => {
  const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
  const resources = (more: object = {}) => ({
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'bus' } },
    Heard: { Type: 'AWS::SQS::Queue' },
    Unheard: { Type: 'AWS::SQS::Queue' },
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: { DefinitionString: JSON.stringify({ StartAt: 'P', States: { P: { Type: 'Pass', End: true } } }) },
    },
    InvokeConfig: {
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: {
        ...{ FunctionName: { Ref: 'Fn' }, Qualifier: '$LATEST', MaximumRetryAttempts: 0 },
        DestinationConfig: { OnFailure: { Destination: arnOf('Unheard') } },
      },
    },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventBusName: { Ref: 'Bus' },
        EventPattern: { detail: { n: [1] } },
        State: 'ENABLED',
        Targets: [
          { Id: 'Queue', Arn: arnOf('Heard') },
          { Id: 'Machine', Arn: { Ref: 'Machine' } },
          { Id: 'Function', Arn: arnOf('Fn') },
        ],
        ...more,
      },
    },
  });
  const outputs = { Heard: { Ref: 'Heard' }, Unheard: { Ref: 'Unheard' }, Machine: { Ref: 'Machine' } };
  const failing = 'export const handler = async () => { throw new TypeError("no"); };';

  it('sends events to queues, machines and functions, and a failed invocation to its failure destination', async () => {
    const stack = await start(await assembly(resources(), outputs, failing));
    await putEvent(stack, { n: 2 });
    await putEvent(stack, { n: 1 });
    expect(await messageOf(stack.sqs, stack.outputs['Heard'])).toMatchObject({ source: 'test', detail: { n: 1 } });
    expect(await messageOf(stack.sqs, stack.outputs['Unheard'])).toMatchObject({
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 1 },
      requestPayload: { detail: { n: 1 } },
      responsePayload: { errorType: 'TypeError', errorMessage: 'no' },
    });
    await stack.until((all) => all.some(({ kind }) => kind === 'execution-ended'));
    const stateMachineArn = stack.outputs['Machine'];
    const { executions: [execution, ...others] = [] } = await stack.states.send(
      new ListExecutionsCommand({ stateMachineArn }),
    );
    expect(others).toEqual([]);
    const { output = '' } = await stack.states.send(
      new DescribeExecutionCommand({ executionArn: execution?.executionArn }),
    );
    expect(JSON.parse(output)).toMatchObject({ 'detail-type': 'Test', detail: { n: 1 } });
    expect(stack.unfinished()).toEqual([]);
  });

  it.each([
    [{ ScheduleExpression: 'rate(1 day)' }, 'property ScheduleExpression of AWS::Events::Rule'],
    [{ Targets: [{ Id: 'T', Arn: arnOf('Heard'), InputPath: '$.detail' }] }, 'property InputPath of a target (Rule)'],
    [{ Targets: [{ Id: 'T', Arn: 'arn:aws:sns:r:a:topic' }] }, 'target arn:aws:sns:r:a:topic (Rule)'],
    [{ Targets: [{ Id: 'T', Arn: 'arn:aws:sqs:r:a:elsewhere' }] }, 'queue arn:aws:sqs:r:a:elsewhere (Rule)'],
    [
      { Targets: [{ Id: 'T', Arn: arnOf('Heard'), DeadLetterConfig: { Arn: 'arn:aws:sqs:r:a:elsewhere' } }] },
      'queue arn:aws:sqs:r:a:elsewhere (Rule)',
    ],
    [{ EventPattern: { source: [{ cidr: '10.0.0.0/8' }] } }, '{"cidr":"10.0.0.0/8"} in an event pattern'],
  ])('with an unsupported part stops the start, and the error names that part: %j', async (more, name) => {
    await expect(start(await assembly(resources(more), outputs, failing))).rejects.toThrow(name);
  });
});

describe('an execution whose function was running when the process ended', () => {
  it('continues as its definition says for a failed task, and does not invoke the function again', async () => {
    const definition = {
      StartAt: 'Work',
      States: {
        Work: {
          Type: 'Task',
          Resource: 'arn:aws:lambda:us-east-1:000000000000:function:S-Fn',
          Next: 'Done',
          Catch: [{ ErrorEquals: ['Lambda.Unknown'], Next: 'Caught' }],
        },
        Done: { Type: 'Pass', Result: 'done', End: true },
        Caught: { Type: 'Pass', Result: 'caught', End: true },
      },
    };
    const Machine = {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: { DefinitionString: JSON.stringify(definition) },
    };
    const hanging = 'export const handler = () => { console.log("at work"); return new Promise(() => {}); };';
    const directory = await assembly({ Machine }, { Machine: { Ref: 'Machine' } }, hanging);
    const first = await start(directory);
    const stateMachineArn = first.outputs['Machine'];
    await first.states.send(new StartExecutionCommand({ stateMachineArn, name: 'one', input: '{}' }));
    await first.until((all) => all.some((each) => each.kind === 'function-log' && each.line === 'at work'));
    await first.stop();

    const second = await start(directory);
    await second.until((all) => all.some(({ kind }) => kind === 'execution-ended'));
    const executionArn = `${stateMachineArn?.replace(':stateMachine:', ':execution:')}:one`;
    const { output } = await second.states.send(new DescribeExecutionCommand({ executionArn }));
    expect(output).toBe('"caught"');
    expect(second.observations.filter(({ kind }) => kind === 'function-log')).toEqual([]);
  });
});

describe('ListExecutions', () => {
  it('lists executions page by page, newest first, each once', async () => {
    const definition = { StartAt: 'End', States: { End: { Type: 'Succeed' } } };
    const Machine = {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: { DefinitionString: JSON.stringify(definition) },
    };
    const { states, outputs } = await start(await assembly({ Machine }, { Machine: { Ref: 'Machine' } }, ''));
    const stateMachineArn = outputs['Machine'];
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) await states.send(new StartExecutionCommand({ stateMachineArn, name }));
    const pages = paginateListExecutions({ client: states, pageSize: 2 }, { stateMachineArn });
    const listed = (await Array.fromAsync(pages)).flatMap(({ executions = [] }) => executions);
    expect(listed.map(({ name }) => name).sort()).toEqual(names);
    const starts = listed.map(({ startDate }) => startDate?.getTime() ?? 0);
    expect(starts).toEqual(starts.toSorted((one, other) => other - one));
  });
});
