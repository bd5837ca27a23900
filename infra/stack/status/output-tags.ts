import { Tags } from 'aws-cdk-lib';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { OUTPUT_TAG_PREFIX } from '../../output-tags.ts';

/**
 * Tags the state machine with the names of the resources that belong to its Pindrop. The tags let the operator's
 * command find a Pindrop in a stack that has no outputs for it.
 */
export function tagWithOutputs(machine: StateMachine, outputs: Record<string, string>): void {
  for (const [name, value] of Object.entries(outputs)) {
    // Do not tag the role of the state machine: the command reads only the tags of the state machine.
    Tags.of(machine).add(`${OUTPUT_TAG_PREFIX}${name}`, value, {
      includeResourceTypes: ['AWS::StepFunctions::StateMachine'],
    });
  }
}
