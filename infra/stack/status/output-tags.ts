import { Tags } from 'aws-cdk-lib';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { tagsOfOutputs } from '../../output-tags.ts';

/**
 * Tags the state machine with the names of the resources that belong to its Pindrop. The tags let the operator's
 * command find a Pindrop in a stack that has no outputs for it.
 * @param secrets the ARNs of the secrets by account name
 */
export function tagWithOutputs(
  machine: StateMachine,
  outputs: Record<string, string>,
  secrets: Record<string, string>,
): void {
  for (const [name, value] of Object.entries(tagsOfOutputs(outputs, secrets))) {
    // Do not tag the role of the state machine: the command reads only the tags of the state machine.
    Tags.of(machine).add(name, value, { includeResourceTypes: ['AWS::StepFunctions::StateMachine'] });
  }
}
