import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readSettings } from '../../../infra/settings.ts';
import { PindropStack } from '../../../infra/stack/pindrop-stack.ts';

/**
 * Synthesizes the stack's template without the functions' bundles, which these tests do not need.
 * @param context settings, as in CDK's context
 */
export function synthesized(context: Record<string, unknown> = {}): Template {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  return Template.fromStack(new PindropStack(app, 'Pindrop', { settings: readSettings(context) }));
}

/**
 * Returns a state machine's definition, with every reference replaced by its logical id.
 * @param stateMachineName by default, the state machine without a name
 */
export function machineDefinition(template: Template, stateMachineName?: string): Record<string, unknown> {
  const machine = Object.values(template.findResources('AWS::StepFunctions::StateMachine')).find(
    ({ Properties }) => Properties.StateMachineName === stateMachineName,
  );
  if (machine === undefined) throw new Error('The template has no state machine.');
  const [, parts] = machine.Properties.DefinitionString['Fn::Join'] as [string, (string | Record<string, string[]>)[]];
  const text = parts.map((part) => {
    if (typeof part === 'string') return part;
    const reference = part['Ref'] ?? part['Fn::GetAtt']?.[0];
    return reference === 'AWS::Partition' ? 'aws' : String(reference);
  });
  return JSON.parse(text.join(''));
}
