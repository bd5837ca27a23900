import { CfnOutput, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  Choice,
  Condition,
  DefinitionBody,
  type IStateMachine,
  JsonPath,
  Pass,
  StateMachine,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { NodeFunction } from '../stack/function/node-function.ts';
import { alarm, PERIOD } from '../stack/monitoring/alarm.ts';
import { acknowledgeMachine } from './acknowledged-machine.ts';
import type { ExampleProps } from './example.ts';
import { Subscription, type SubscriptionProps } from './subscription.ts';

export interface StartStateMachineProps extends Pick<SubscriptionProps, 'name' | 'bus' | 'events' | 'onCall'> {
  machine: IStateMachine;
}

/**
 * Starts one execution of a state machine for each upload that ended. The upload id is the name of the execution, so a
 * repeated event starts no second execution. (A rule can start a state machine directly, but each delivery gets a new
 * execution name.)
 */
export class StartStateMachine extends Construct {
  constructor(scope: Construct, id: string, { machine, ...subscription }: StartStateMachineProps) {
    super(scope, id);
    const start = new NodeFunction(this, 'Start', {
      folder: 'examples/start-state-machine',
      description: 'Starts a state machine for each upload that ended',
      environment: { STATE_MACHINE_ARN: machine.stateMachineArn },
    });
    start.addToRolePolicy(
      new PolicyStatement({ actions: ['states:StartExecution'], resources: [machine.stateMachineArn] }),
    );
    new Subscription(this, 'Uploads', { ...subscription, subscriber: start });
    const watched = {
      id: 'FailedExampleExecutions',
      says: 'An execution that an example started failed.',
      todo: 'Run `npm run pindrop -- doctor` for the name of the execution, fix the cause of its last error, and redrive it in the Step Functions console.',
      metric: machine.metricFailed({ period: PERIOD }),
      threshold: 1,
    };
    alarm(this, watched, subscription.onCall);
  }
}

/**
 * Example: starts another state machine. This state machine only distinguishes success from failure. Replace it with
 * yours.
 */
export class StartAnotherMachine extends Construct {
  constructor(scope: Construct, id: string, { bus, onCall }: ExampleProps) {
    super(scope, id);
    const keep = (name: string, parameters: Record<string, string>) => new Pass(this, name, { parameters });
    const machine = new StateMachine(this, 'Machine', {
      comment: 'What happens after an upload',
      tracingEnabled: true,
      definitionBody: DefinitionBody.fromChainable(
        new Choice(this, 'Succeeded?')
          .when(
            Condition.stringEquals('$.detail.status', 'succeeded'),
            keep('Use the media', { mediaId: JsonPath.stringAt('$.detail.mediaId') }),
          )
          .otherwise(keep('Handle the failure', { reason: JsonPath.stringAt('$.detail.failure.reason') })),
      ),
    });
    acknowledgeMachine(machine);
    new StartStateMachine(this, 'Start', { name: 'StartStateMachine', bus, machine, onCall });
    new CfnOutput(Stack.of(this), 'StartedStateMachineArn', { value: machine.stateMachineArn });
  }
}
