import { Validations } from 'aws-cdk-lib';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { acknowledgeWildcard } from '../stack/function/acknowledged-finding.ts';

/** Acknowledges cdk-nag's findings on an example's state machine, each with its reason. */
export function acknowledgeMachine(machine: StateMachine): void {
  acknowledgeWildcard(machine.role, '*', 'X-Ray has no resources: the permission to write traces cannot be narrowed.');
  Validations.of(machine).acknowledge({
    id: 'AwsSolutions-SF1',
    reason: "Step Functions keeps each execution's history for 90 days itself.",
  });
}
