import { OperationError } from './operation-error.ts';
import type { StackLocation } from './stack-location.ts';

/** The outputs that every Pindrop stack has. */
export const OUTPUT_NAMES = [
  'DropBucketName',
  'EventBusName',
  'StateMachineArn',
  'QueueUrl',
  'DeadLetterQueueUrl',
  'TokenSecretArn',
  'PinterestApiUrl',
] as const;

export type OutputName = (typeof OUTPUT_NAMES)[number];

/**
 * @returns the value of an output that every Pindrop stack has
 * @throws OperationError when the stack lacks the output
 */
export function outputOf(
  { stackName, outputs }: Pick<StackLocation, 'stackName' | 'outputs'>,
  name: OutputName,
): string {
  const value = outputs[name];
  if (value) return value;
  throw new OperationError(
    `The stack ${stackName} has no output ${name}. Is it a Pindrop stack? Deploy it again, or name the right one with --stack.`,
  );
}
