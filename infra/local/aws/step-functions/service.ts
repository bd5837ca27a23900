import type { EventBuses } from '../eventbridge/event-bus.ts';
import type { LocalFunction } from '../lambda/local-function.ts';
import type { LocalService, StackContext } from '../local-service.ts';
import type { ObjectTagging } from '../s3/object-tagging.ts';
import { ExecutionTable } from './execution-table.ts';
import { LocalStateMachine } from './state-machine.ts';
import { stepFunctionsService } from './step-functions.ts';

export interface StepFunctions extends LocalService {
  machines: LocalStateMachine[];
  executions: ExecutionTable;
}

/**
 * Starts the template's state machines.
 * @throws Error that names the part of a definition that the local runtime does not know
 */
export function startStepFunctions(
  { ofType, endpoint, database, observe }: StackContext,
  functions: Map<string, LocalFunction>,
  buses: EventBuses,
  objectTags: ObjectTagging,
): StepFunctions {
  const executions = new ExecutionTable(database);
  const machines = ofType('AWS::StepFunctions::StateMachine').map(({ ref: arn, properties }) => {
    const definition = JSON.parse(properties['DefinitionString']);
    return new LocalStateMachine({ arn, definition, executions, functions, buses, objectTags, observe });
  });
  endpoint.services.set('AWSStepFunctions', stepFunctionsService(machines, executions));
  return {
    machines,
    executions,
    recover() {
      for (const machine of machines) machine.recover();
    },
    unfinished: () => machines.flatMap((machine) => machine.unfinished()),
    stop() {
      for (const machine of machines) machine.stop();
    },
  };
}
