import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { FollowedUpload } from '../../shared/upload/execution.ts';
import { executionArn } from '../../shared/upload/execution-arn.ts';

/** The executions of the state machine `media-status`, by upload id. */
export interface Executions {
  /** True when the upload has an execution, running or ended. That execution emits the final event. */
  exists(uploadId: string): Promise<boolean>;
  /**
   * Starts the execution that follows an upload. The upload id is its name.
   * @returns false when an execution of that name exists already; nothing was started
   */
  start(followed: FollowedUpload): Promise<boolean>;
}

/** @param stateMachineArn `arn:…:states:region:account:stateMachine:name` */
export function stepFunctionsExecutions(client: SFNClient, stateMachineArn: string): Executions {
  return {
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
