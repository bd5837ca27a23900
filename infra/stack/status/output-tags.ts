import { Tags } from 'aws-cdk-lib';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { OUTPUT_TAG_PREFIX } from '../../output-tags.ts';

/**
 * Tags the state machine with what belongs to it, so that the operator's command finds a Pindrop in a stack that has no outputs
 * of it.
 */
export function tagWithOutputs(machine: StateMachine, outputs: Record<string, string>): void {
  for (const [name, value] of Object.entries(outputs)) {
    // Not the machine's role: nobody looks there.
    Tags.of(machine).add(`${OUTPUT_TAG_PREFIX}${name}`, value, {
      includeResourceTypes: ['AWS::StepFunctions::StateMachine'],
    });
  }
}
