import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { backoffSeconds, leastWaitSeconds } from '../../../functions/outcome/decide.ts';
import { maxReceiveCount } from '../../../infra/stack/drops/drop-queue.ts';
import { synthesized } from './synthesized.ts';

const template = synthesized();

describe('the stack', () => {
  it('has the outputs of the contract', () => {
    expect(Object.keys(template.toJSON().Outputs).sort()).toEqual([
      'DeadLetterQueueUrl',
      'DropBucketName',
      'EventBusName',
      'PinterestApiUrl',
      'QueueUrl',
      'StateMachineArn',
      'TokenSecretArn',
    ]);
    template.hasOutput('PinterestApiUrl', { Value: 'https://api.pinterest.com/v5' });
  });

  it('keeps the bucket versioned, encrypted, private and the files when the stack goes', () => {
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: {
        VersioningConfiguration: { Status: 'Enabled' },
        BucketEncryption: Match.anyValue(),
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      },
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });

  it('tells the queue of every put, or of those below the prefix', () => {
    const configuration = (rules?: unknown) =>
      Match.objectLike({
        NotificationConfiguration: {
          QueueConfigurations: [
            Match.objectLike({
              Events: ['s3:ObjectCreated:*'],
              ...(rules ? { Filter: { Key: { FilterRules: rules } } } : {}),
            }),
          ],
        },
      });
    template.hasResourceProperties('Custom::S3BucketNotifications', configuration());
    synthesized({ prefix: 'videos/' }).hasResourceProperties(
      'Custom::S3BucketNotifications',
      configuration([{ Name: 'prefix', Value: 'videos/' }]),
    );
  });

  it('holds messages longer than the longest upload, and keeps them as long as SQS can', () => {
    template.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 910,
      MessageRetentionPeriod: 1_209_600,
      SqsManagedSseEnabled: true,
      RedrivePolicy: Match.objectLike({
        maxReceiveCount: maxReceiveCount({ giveUpAfterHours: 24, maxBackoffSeconds: 900 }),
      }),
    });
  });

  it('bounds the uploads at once', () => {
    synthesized({ maxConcurrency: '7' }).hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 1,
      ScalingConfig: { MaximumConcurrency: 7 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  it('keeps the token out of every environment', () => {
    for (const fn of Object.values(template.findResources('AWS::Lambda::Function'))) {
      expect(
        Object.keys(fn.Properties.Environment?.Variables ?? {}).filter((name) =>
          /TOKEN(?!_SECRET_ARN)|PASSWORD/.test(name),
        ),
      ).toEqual([]);
    }
  });

  it('has a log retention for every function of its own', () => {
    for (const group of Object.values(template.findResources('AWS::Logs::LogGroup'))) {
      expect(group.Properties.RetentionInDays).toBe(90);
    }
  });
});

describe('maxReceiveCount', () => {
  it.each([0.01, 1, 24, 120].flatMap((hours) => [5, 900].map((seconds) => [hours, seconds] as const)))(
    'is never reached by the waits of %s hours of passing faults, of %s s at most',
    (giveUpAfterHours, maxBackoffSeconds) => {
      const policy = { giveUpAfterSeconds: giveUpAfterHours * 3600, maxBackoffSeconds };
      let receives = 1;
      for (let seconds = 0; seconds < policy.giveUpAfterSeconds; receives++) {
        seconds += Math.max(backoffSeconds(receives - 1, policy, 0), leastWaitSeconds(seconds));
      }
      expect(receives).toBeLessThanOrEqual(maxReceiveCount({ giveUpAfterHours, ...policy }));
    },
  );

  it('is one that SQS takes', () => {
    expect(maxReceiveCount({ giveUpAfterHours: 120, maxBackoffSeconds: 900 })).toBe(985);
    expect(maxReceiveCount({ giveUpAfterHours: 120, maxBackoffSeconds: 5 })).toBe(1000);
  });
});
