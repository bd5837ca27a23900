import { JsonClient, JsonCommand, type JsonService } from './json-client.ts';
import { ServiceException } from './service-exception.ts';

export class ExecutionAlreadyExists extends ServiceException {}
export class ExecutionDoesNotExist extends ServiceException {}

export class DescribeExecutionCommand extends JsonCommand {
  readonly operation = 'DescribeExecution';
}
export class StartExecutionCommand extends JsonCommand {
  readonly operation = 'StartExecution';
}

/** AWS Step Functions. */
export class SFNClient extends JsonClient {
  protected readonly service: JsonService = {
    ...{ id: 'SFN', host: 'states', signingName: 'states', target: 'AWSStepFunctions', jsonVersion: '1.0' },
    exceptions: { ExecutionAlreadyExists, ExecutionDoesNotExist },
  };
}
