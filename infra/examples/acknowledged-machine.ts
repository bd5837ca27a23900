import { Validations } from 'aws-cdk-lib';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { acknowledgeWildcard } from '../stack/function/acknowledged-finding.ts';

/** Says of an example's state machine why it is as it is, to whoever checks the app with cdk-nag. */
export function acknowledgeMachine(machine: StateMachine): void {
  acknowledgeWildcard(machine.role, '*', 'X-Ray has no resources that writing traces could be narrowed to.');
  Validations.of(machine).acknowledge({
    id: 'AwsSolutions-SF1',
    reason: "Step Functions keeps each execution's history for 90 days itself.",
  });
}
