import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { EXAMPLE_NAMES } from '../../../infra/examples/example-names.ts';
import { Pindrop } from '../../../infra/stack/pindrop.ts';
import { PindropStack } from '../../../infra/stack/pindrop-stack.ts';

/** Properties that set a resource's physical name. Schema names are left out: they are unique within their registry. */
const NAMES: Record<string, string> = {
  'AWS::CloudWatch::Dashboard': 'DashboardName',
  'AWS::Events::EventBus': 'Name',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
};

const OTHER_NAMES = /^(.*Name|Name)$/;
const NAMES_OF_OTHERS = new Set(['FunctionName', 'PolicyName', 'EventBusName', 'BucketName', 'MetricName']);

const newApp = () => new App({ context: { 'aws:cdk:bundling-stacks': [] } });

/** All physical names that a stack would have in a region. */
function namesIn(stack: Stack, region = 'us-east-1'): string[] {
  const { Resources } = Template.fromStack(stack).toJSON() as {
    Resources: Record<string, { Type: string; Properties?: Record<string, unknown> }>;
  };
  return Object.values(Resources).flatMap(({ Type, Properties = {} }) => {
    const name = Properties[NAMES[Type] ?? ''];
    if (name === undefined) return [];
    const text = JSON.stringify(name).replaceAll('{"Ref":"AWS::Region"}', region);
    // A name that contains a reference to another resource of the stack is unique already.
    return text.includes('{"Ref":') ? [] : [`${Type} ${text}`];
  });
}

const stackOf = (stackName: string) =>
  new PindropStack(newApp(), 'Pindrop', { settings: { stackName, with: [...EXAMPLE_NAMES] } });

describe('physical names', () => {
  it('are all covered by this test', () => {
    const { Resources } = Template.fromStack(stackOf('Pindrop')).toJSON();
    const named = Object.values<{ Type: string; Properties?: object }>(Resources).flatMap(({ Type, Properties = {} }) =>
      Object.keys(Properties)
        .filter((name) => OTHER_NAMES.test(name) && !NAMES_OF_OTHERS.has(name) && !Type.startsWith('AWS::EventSchemas'))
        .map((name) => [Type, name]),
    );
    expect(Object.fromEntries(named)).toEqual(NAMES);
  });

  it('differ between two stacks of one account and region', () => {
    const [staging, production] = ['Staging', 'Production'].map((name) => namesIn(stackOf(name)));
    expect(staging).toHaveLength(4);
    expect(new Set([...(staging ?? []), ...(production ?? [])]).size).toBe(8);
  });

  it('differ between two regions if they must be unique in the account', () => {
    const dashboards = ['us-east-1', 'eu-west-1'].map((region) =>
      namesIn(stackOf('Pindrop'), region).filter((name) => name.includes('Dashboard')),
    );
    expect(dashboards).toEqual([
      [expect.stringContaining('["Pindrop-",us-east-1]')],
      [expect.stringContaining('["Pindrop-",eu-west-1]')],
    ]);
  });

  it('differ between several instances in one stack', () => {
    const stack = new Stack(newApp(), 'Campaigns');
    new Pindrop(stack, 'Spring');
    new Pindrop(stack, 'Autumn');
    const names = namesIn(stack);
    expect(names).toHaveLength(6);
    expect(new Set(names).size).toBe(6);
  });
});
