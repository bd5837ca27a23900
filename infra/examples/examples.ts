import type { Construct } from 'constructs';
import type { ExampleProps } from './example.ts';
import type { ExampleName } from './example-names.ts';
import { PublishPin } from './publish-pin.ts';
import { ResultsBucket } from './results-bucket.ts';
import { SlackWebhook } from './slack-webhook.ts';
import { StartAnotherMachine } from './start-state-machine.ts';

/** The examples by name. Each is one construct. */
export const EXAMPLES: Record<ExampleName, (stack: Construct, props: ExampleProps) => Construct> = {
  'slack-webhook': (stack, props) => new SlackWebhook(stack, 'SlackWebhook', props),
  'results-bucket': (stack, props) => new ResultsBucket(stack, 'ResultsBucket', props),
  'start-state-machine': (stack, props) => new StartAnotherMachine(stack, 'StartStateMachine', props),
  'publish-pin': (stack, props) => new PublishPin(stack, 'PublishPin', props),
};
