import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type ExecutionListItem,
  ListExecutionsCommand,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { type Drop, readableStart } from '../../shared/upload/drop.ts';
import type { FollowedUpload } from '../../shared/upload/execution.ts';
import { executionArn } from '../../shared/upload/execution-arn.ts';

/** The executions of the state machine `media-status`, by upload id. */
export interface Executions {
  /** True when the upload has an execution, running or ended. That execution emits the final event. */
  exists(uploadId: string): Promise<boolean>;
  /**
   * True when an execution that started after the drop follows, or followed, an object with the same key and the same
   * bytes. Lists all executions since the drop, so it is only for objects without version id. It may be left out where
   * each object has one.
   */
  existsForObject?(drop: Drop): Promise<boolean>;
  /**
   * Starts the execution that follows an upload. The upload id is its name.
   * @returns false when an execution of that name exists already; nothing was started
   */
  start(followed: FollowedUpload): Promise<boolean>;
}

/** @param stateMachineArn `arn:…:states:region:account:stateMachine:name` */
export function stepFunctionsExecutions(client: SFNClient, stateMachineArn: string): Required<Executions> {
  const inputOf = async (name: string): Promise<Partial<FollowedUpload>> => {
    const arn = executionArn(stateMachineArn, name);
    const { input } = await client.send(new DescribeExecutionCommand({ executionArn: arn }));
    return JSON.parse(input ?? '{}');
  };
  return {
    async existsForObject({ bucket, key, eTag, droppedAt }) {
      const ofKey = new RegExp(`^${readableStart(key)}[0-9a-f]{32}$`);
      for await (const { name = '' } of executionsSince(new Date(droppedAt), client, stateMachineArn)) {
        if (!ofKey.test(name)) continue;
        const followed = await inputOf(name);
        const { object } = followed.upload ?? {};
        const isSame = object?.bucket === bucket && object.key === key && [object.eTag, ''].includes(eTag);
        if (isSame && !wasGone(followed)) return true;
      }
      return false;
    },
    async exists(uploadId) {
      try {
        await client.send(new DescribeExecutionCommand({ executionArn: executionArn(stateMachineArn, uploadId) }));
        return true;
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return false;
        throw error;
      }
    },
    async start(followed) {
      const name = followed.upload.uploadId;
      try {
        await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(followed) }));
        return true;
      } catch (error) {
        if (error instanceof ExecutionAlreadyExists) return false;
        throw error;
      }
    },
  };
}

async function* executionsSince(
  since: Date,
  client: SFNClient,
  stateMachineArn: string,
): AsyncGenerator<ExecutionListItem, void> {
  let nextToken: string | undefined;
  do {
    const page = await client.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 1000, nextToken }));
    const { executions = [] } = page;
    for (const execution of executions) if (startOf(execution) >= since.getTime()) yield execution;
    const [newest, oldest] = [startOf(executions[0]), startOf(executions.at(-1))];
    // Step Functions lists the newest execution first. Some emulators list the oldest first: then read all pages.
    const isOver = newest > oldest && oldest < since.getTime();
    nextToken = isOver ? undefined : page.nextToken;
  } while (nextToken !== undefined);
}

/** The object of such an execution was never read. It says nothing about another put of the same bytes. */
const wasGone = ({ finalEvent }: Partial<FollowedUpload>) =>
  finalEvent?.detail.status === 'failed' &&
  ['source_missing', 'source_changed'].includes(finalEvent.detail.failure.reason);

const startOf = (execution?: ExecutionListItem) => execution?.startDate?.getTime() ?? 0;
