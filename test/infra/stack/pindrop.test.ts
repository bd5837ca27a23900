import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import { readConstructSettings } from '../../../infra/construct-settings.ts';
import { Pindrop } from '../../../infra/stack/pindrop.ts';
import type { PindropSettings } from '../../../infra/stack/pindrop-settings.ts';
import { METRIC } from '../../../shared/upload/metrics.ts';

function consumer() {
  const stack = new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Videos');
  return { stack, pindrop: new Pindrop(stack, 'BrandA', { settings: { prefix: 'brand-a/' } }) };
}

describe("Pindrop in a user's app", () => {
  it('grantDrop lets a role drop files below the prefix, and do nothing else', () => {
    const { stack, pindrop } = consumer();
    const role = new Role(stack, 'Editor', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    pindrop.grantDrop(role);
    const [policy] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy')).filter(
      ({ Properties }) => Properties.Roles[0].Ref === stack.getLogicalId(role.node.defaultChild as never),
    );
    expect(policy?.Properties.PolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: expect.arrayContaining(['s3:PutObject', 's3:Abort*']),
        Resource: {
          'Fn::Join': ['', [{ 'Fn::GetAtt': [expect.stringContaining('DropBucket'), 'Arn'] }, '/brand-a/*']],
        },
      },
    ]);
  });

  it.each([
    ['onUploadSucceeded', ['Media Upload Succeeded']],
    ['onUploadFailed', ['Media Upload Failed']],
    ['onMediaUpload', ['Media Upload Succeeded', 'Media Upload Failed']],
  ] as const)('%s creates a rule on its bus', (method, detailTypes) => {
    const { stack, pindrop } = consumer();
    pindrop[method]('Rule', new SqsQueue(new Queue(stack, 'Ready')));
    Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', {
      EventBusName: { Ref: Match.stringLikeRegexp('BrandAEventBus') },
      EventPattern: { source: ['pindrop'], 'detail-type': detailTypes },
    });
  });

  it('adds a filter to the event pattern of the rule', () => {
    const { stack, pindrop } = consumer();
    pindrop.onUploadFailed('Retryable', new SqsQueue(new Queue(stack, 'Ready')), { retryable: true });
    Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { 'detail-type': ['Media Upload Failed'], detail: { failure: { retryable: [true] } } },
    });
  });

  it('returns the metrics that its functions write', () => {
    const { pindrop } = consumer();
    const { namespace, metricName, statistic, dimensions } = pindrop.metricFilesFailed();
    expect({ namespace, metricName, statistic }).toEqual({
      namespace: 'Pindrop',
      metricName: 'FilesFailed',
      statistic: 'Sum',
    });
    const failed = pindrop.metric(METRIC.failed, { dimensionsMap: { reason: 'timed_out' } });
    expect(failed.dimensions).toEqual({ ...dimensions, reason: 'timed_out' });
    expect(dimensions?.['service']).toContain('BrandA');
  });

  it('tags its state machine so that the pindrop command can find it', () => {
    const { stack } = consumer();
    Template.fromStack(stack).hasResourceProperties('AWS::StepFunctions::StateMachine', {
      Tags: Match.arrayWith([
        { Key: 'pindrop:Path', Value: 'BrandA' },
        { Key: 'pindrop:QueueUrl', Value: { Ref: Match.stringLikeRegexp('BrandADrops') } },
      ]),
    });
  });

  it('rejects a setting that only PindropStack has', () => {
    expect(() => new Pindrop(new Stack(), 'P', { settings: { with: 'publish-pin' } as PindropSettings })).toThrow(
      'with is not a setting',
    );
  });

  /** Settings that are absent when they are not given. */
  const WITHOUT_DEFAULT = [
    'accounts',
    'expireSucceededAfterDays',
    'emulated',
    'alarmEmail',
    'notifyEmail',
    'forwardToQueueArn',
    'webhookUrl',
  ];

  it.each<[string, PindropSettings, boolean, string]>([
    ['without tags', { expireSucceededAfterDays: 30 }, false, 'expireSucceededAfterDays needs tagObjects'],
    [
      'in a bucket of the user',
      { expireSucceededAfterDays: 30, tagObjects: true },
      true,
      'add the lifecycle rule to your own bucket',
    ],
  ])('refuses a lifecycle rule that could have no effect: %s', (_, settings, ownBucket, message) => {
    const stack = new Stack();
    const bucket = ownBucket ? new Bucket(stack, 'Videos') : undefined;
    expect(() => new Pindrop(stack, 'P', { settings, bucket })).toThrow(message);
  });

  it('accepts every setting of its type', () => {
    const all: Required<PindropSettings> = {
      pinterestApiUrl: 'https://api-sandbox.pinterest.com/v5',
      prefix: '',
      accounts: { 'brand-a': { prefix: 'a/' } },
      intake: 'eventbridge',
      suffixes: ['.mp4'],
      maxConcurrency: 4,
      pollDeadlineMinutes: 1,
      giveUpAfterHours: 1,
      maxBackoffSeconds: 5,
      uploadTimeoutMinutes: 1,
      redeliverAfterSeconds: 5,
      maxFileBytes: 1,
      inspect: false,
      tagObjects: true,
      expireSucceededAfterDays: 30,
      emulated: true,
      alarmEmail: 'a@example.com',
      notifyEmail: 'a@example.com',
      forwardToQueueArn: 'arn:aws:sqs:eu-west-1:123456789012:videos',
      webhookUrl: 'https://example.com/',
      runbookUrl: 'https://example.com/',
    };
    expect(readConstructSettings(all)).toEqual(all);
    expect(Object.keys(readConstructSettings({})).sort()).toEqual(
      Object.keys(all)
        .filter((name) => !WITHOUT_DEFAULT.includes(name))
        .sort(),
    );
  });
});
