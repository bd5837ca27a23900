import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SFNClient } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { accountNames, tokenSecretArn } from '../../../infra/operations/accounts.ts';
import { deployedStack } from '../../../infra/operations/stack-location.ts';

const MACHINE = 'AWS::StepFunctions::StateMachine';
const arn = (name: string) => `arn:aws:states:eu-west-1:123456789012:stateMachine:${name}`;

/** Stands in for an account with one stack. @param machines the tags of each state machine, by its name */
function account(outputs: Record<string, string>, machines: Record<string, Record<string, string>>) {
  const answers: Record<string, (input: { resourceArn?: string }) => unknown> = {
    DescribeStacksCommand: () => ({
      Stacks: [{ Outputs: Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })) }],
    }),
    ListStackResourcesCommand: () => ({
      StackResourceSummaries: [
        { ResourceType: 'AWS::S3::Bucket', PhysicalResourceId: 'somebody-elses' },
        ...Object.keys(machines).map((name) => ({ ResourceType: MACHINE, PhysicalResourceId: arn(name) })),
      ],
    }),
    ListTagsForResourceCommand: ({ resourceArn = '' }) => ({
      tags: Object.entries(machines[resourceArn.split(':').at(-1) ?? ''] ?? {}).map(([key, value]) => ({ key, value })),
    }),
  };
  const send = async (command: { input: object }) => answers[command.constructor.name]?.(command.input);
  return {
    cloudFormation: Object.assign(new CloudFormationClient({ region: 'eu-west-1' }), { send }),
    states: Object.assign(new SFNClient({ region: 'eu-west-1' }), { send }),
  };
}

const tags = (path: string) => ({ 'pindrop:Path': path, 'pindrop:QueueUrl': `https://sqs/${path}`, team: 'video' });

describe('deployedStack', () => {
  it('reads the outputs of a Pindrop stack', async () => {
    const outputs = { StateMachineArn: arn('own'), QueueUrl: 'https://sqs/own' };
    expect(await deployedStack('Pindrop', account(outputs, {}))).toMatchObject({ stackName: 'Pindrop', outputs });
  });

  it('finds the construct inside another stack by its tags', async () => {
    const found = await deployedStack('Videos', account({}, { theirs: { team: 'video' }, ours: tags('BrandA') }));
    expect(found).toMatchObject({
      stackName: 'Videos',
      outputs: { StateMachineArn: arn('ours'), QueueUrl: 'https://sqs/BrandA' },
    });
  });

  it('finds the accounts of a construct by its tags, and those of a stack by its output', async () => {
    const secrets = { 'brand-a': 'arn:a', 'brand-b': 'arn:b' };
    const tagged = { ...tags('Brands'), 'pindrop:Account:brand-a': 'arn:a', 'pindrop:Account:brand-b': 'arn:b' };
    const ofConstruct = await deployedStack('Videos', account({}, { ours: tagged }));
    const outputs = { StateMachineArn: arn('own'), TokenSecretArn: 'arn:a', Accounts: JSON.stringify(secrets) };
    const ofStack = await deployedStack('Pindrop', account(outputs, {}));
    for (const stack of [ofConstruct, ofStack]) {
      expect(accountNames(stack)).toEqual(['brand-a', 'brand-b']);
      expect(tokenSecretArn(stack, 'brand-b')).toBe('arn:b');
      expect(() => tokenSecretArn(stack, 'brand-c')).toThrow('the accounts are brand-a, brand-b.');
    }
  });

  it('lists the paths when a stack has several Pindrops, and accepts one of these paths', async () => {
    const clients = account({}, { a: tags('BrandA'), b: tags('Team/BrandB') });
    await expect(deployedStack('Videos', clients)).rejects.toThrow(
      'The stack Videos has several Pindrops: use --stack Videos/BrandA or --stack Videos/Team/BrandB.',
    );
    expect(await deployedStack('Videos/Team/BrandB', clients)).toMatchObject({
      selector: 'Videos/Team/BrandB',
      outputs: { StateMachineArn: arn('b') },
    });
  });

  it('reports that the stack contains no Pindrop', async () => {
    await expect(deployedStack('Videos', account({}, { theirs: {} }))).rejects.toThrow(
      'The stack Videos contains no Pindrop: name another stack with --stack.',
    );
  });
});
