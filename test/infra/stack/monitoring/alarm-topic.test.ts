import { describe, expect, it } from 'vitest';
import { EXAMPLE_NAMES } from '../../../../infra/examples/example-names.ts';
import { synthesized } from '../synthesized.ts';

interface Statement {
  Effect: string;
  Action: string | string[];
  Principal: { Service?: string };
  Resource: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

const template = synthesized({
  alarmEmail: 'on-call@example.com',
  webhookUrl: 'https://example.com/pindrop',
  with: EXAMPLE_NAMES.join(','),
});

const resources = (type: string) => Object.entries(template.findResources(type));

/** The actions that the statements allow CloudWatch on a resource, with their conditions. */
const cloudWatchMay = (statements: Statement[], resource: unknown) =>
  statements
    .filter(({ Effect, Principal, Resource }) => {
      const concerns = JSON.stringify(Resource) === JSON.stringify(resource);
      return Effect === 'Allow' && Principal.Service === 'cloudwatch.amazonaws.com' && concerns;
    })
    .map(({ Action, Condition }) => ({ actions: [Action].flat(), Condition }));

const OF_THIS_ACCOUNT = {
  StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
  ArnLike: {
    'aws:SourceArn': {
      'Fn::Join': [
        '',
        [
          'arn:',
          { Ref: 'AWS::Partition' },
          ':cloudwatch:',
          { Ref: 'AWS::Region' },
          ':',
          { Ref: 'AWS::AccountId' },
          ':alarm:*',
        ],
      ],
    },
  },
};

describe('the actions of the alarms', () => {
  const actions = resources('AWS::CloudWatch::Alarm').flatMap(([id, { Properties }]) =>
    ['AlarmActions', 'OKActions'].flatMap((kind) =>
      ((Properties[kind] ?? []) as { Ref: string }[]).map(({ Ref }) => [id, kind, Ref] as const),
    ),
  );

  it('notify when an alarm is raised and when it is over', () => {
    expect(actions).toHaveLength(2 * resources('AWS::CloudWatch::Alarm').length);
    expect(actions.length).toBeGreaterThan(30);
  });

  it.each(actions)('%s, %s: leads to a topic whose policy and key allow CloudWatch', (_id, _kind, topicId) => {
    const [, topic] = resources('AWS::SNS::Topic').find(([id]) => id === topicId) ?? [];
    const policies = resources('AWS::SNS::TopicPolicy').filter(([, { Properties }]) =>
      (Properties.Topics as { Ref: string }[]).some(({ Ref }) => Ref === topicId),
    );
    const statements = policies.flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement as Statement[]);
    expect(cloudWatchMay(statements, { Ref: topicId })).toEqual([
      { actions: ['sns:Publish'], Condition: OF_THIS_ACCOUNT },
    ]);

    const [, key] =
      resources('AWS::KMS::Key').find(
        ([id]) => JSON.stringify(topic?.Properties.KmsMasterKeyId) === JSON.stringify({ 'Fn::GetAtt': [id, 'Arn'] }),
      ) ?? [];
    expect(cloudWatchMay(key?.Properties.KeyPolicy.Statement, '*')).toEqual([
      { actions: ['kms:Decrypt', 'kms:GenerateDataKey*'], Condition: OF_THIS_ACCOUNT },
    ]);
  });
});

describe('an alarm', () => {
  it('explains what happened and what to do, within the length limit of its description', () => {
    for (const [, { Properties }] of resources('AWS::CloudWatch::Alarm')) {
      expect(Properties.AlarmDescription).toMatch(/^[A-Z].+\. What to do: [A-Z].+ More: docs\/runbook\.md#[a-z-]+$/);
      expect(Properties.AlarmDescription.length).toBeLessThanOrEqual(1024);
    }
  });

  it("links to the team's runbook when its address is known", () => {
    const runbookUrl = 'https://wiki.example.com/pindrop';
    for (const { Properties } of Object.values(synthesized({ runbookUrl }).findResources('AWS::CloudWatch::Alarm'))) {
      expect(Properties.AlarmDescription).toContain(` ${runbookUrl}#`);
    }
  });
});
