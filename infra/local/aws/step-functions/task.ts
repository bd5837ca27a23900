import { createHash } from 'node:crypto';
import { executionArn } from '../../../../shared/upload/execution-arn.ts';
import type { EventBuses, EventEntry } from '../eventbridge/event-bus.ts';
import type { LocalFunction } from '../lambda/local-function.ts';
import type { ObjectTagging } from '../s3/object-tagging.ts';
import { isJsonataTask, jsonataTask } from './jsonata-state.ts';

export interface TaskState {
  Type: 'Task';
  Resource: string;
  TimeoutSeconds?: number;
  TimeoutSecondsPath?: string;
}

/** The resources that the tasks of a state machine can use. */
export interface TaskServices {
  /** ARN of the state machine. */
  arn: string;
  /** Functions by ARN and by name. */
  functions: Map<string, LocalFunction>;
  buses: EventBuses;
  objectTags: ObjectTagging;
}

export type Task = (input: never, executionName: string) => unknown;

export const isLambda = ({ Resource }: TaskState) => /^arn:aws:(lambda:|states:::lambda:)/.test(Resource);

/**
 * Returns the function that runs a Task state.
 * @throws Error that names a resource that the local runtime does not know
 */
export function taskOf(name: string, state: TaskState, services: TaskServices): Task {
  const task = taskOfResource(name, state, services);
  return isJsonataTask(state) ? jsonataTask(state, task) : task;
}

function taskOfResource(state: string, { Resource: resource }: TaskState, services: TaskServices): Task {
  const { functions, objectTags } = services;
  const fn = functions.get(resource);
  if (fn) return (input) => fn.invoke(input);
  switch (resource) {
    case 'arn:aws:states:::lambda:invoke':
    case 'arn:aws:states:::lambda:invoke.waitForTaskToken':
      return async (input: { FunctionName: string; Payload: unknown }) => {
        const invoked = functions.get(input.FunctionName);
        if (!invoked) {
          const missing = new Error(`There is no function ${input.FunctionName}.`);
          throw Object.assign(missing, { name: 'Lambda.ResourceNotFoundException' });
        }
        return { StatusCode: 200, ExecutedVersion: '$LATEST', Payload: await invoked.invoke(input.Payload) };
      };
    case 'arn:aws:states:::events:putEvents':
      return (input: { Entries: StateEntry[] }, name) =>
        putEvents(input.Entries, { state, name, machineArn: services.arn }, services.buses);
    // The SDK integrations of Step Functions call any action; the machines of Pindrop call these two.
    case 'arn:aws:states:::aws-sdk:s3:getObjectTagging':
      return objectTags.getObjectTagging;
    case 'arn:aws:states:::aws-sdk:s3:putObjectTagging':
      return objectTags.putObjectTagging;
    default:
      throw new Error(`The local runtime does not know the resource ${resource} of the state "${state}".`);
  }
}

/** Step Functions accepts `Detail` as a JSON value, EventBridge as a string. */
type StateEntry = Omit<EventEntry, 'Detail'> & { Detail?: unknown };

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html */
function putEvents(
  entries: StateEntry[],
  { state, name, machineArn }: { state: string; name: string; machineArn: string },
  buses: EventBuses,
) {
  const execution = executionArn(machineArn, name);
  const results = entries.map((entry) => {
    const Detail = JSON.stringify(entry.Detail);
    const Resources = [...(entry.Resources ?? []), execution, machineArn];
    // A state that is entered again after a kill must not put its event a second time.
    const digest = createHash('sha256').update(JSON.stringify(entry)).digest('hex');
    return buses.put({ ...entry, Detail, Resources }, `${execution}/${state}/${digest}`);
  });
  const refused = results.find((result) => 'ErrorCode' in result);
  if (refused) throw Object.assign(new Error(JSON.stringify(refused)), { name: 'EventBridge.FailedEntry' });
  return { Entries: results, FailedEntryCount: 0 };
}
