import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { backoffSeconds, leastWaitSeconds } from '../../../functions/outcome/decide.ts';
import { maxReceiveCount } from '../../../infra/stack/drops/drop-queue.ts';
import { synthesized } from './synthesized.ts';

const template = synthesized();

describe('the stack', () => {
  it('has the documented outputs', () => {
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

  it('has a versioned, encrypted, private bucket, which is kept when the stack is deleted', () => {
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

  it('notifies the queue of every put, or only of puts below the prefix', () => {
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

  it('has a visibility timeout longer than the longest upload, and the maximum message retention', () => {
    template.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 910,
      MessageRetentionPeriod: 1_209_600,
      SqsManagedSseEnabled: true,
      RedrivePolicy: Match.objectLike({
        maxReceiveCount: maxReceiveCount({ giveUpAfterHours: 24, maxBackoffSeconds: 900 }),
      }),
    });
  });

  it('limits the number of concurrent uploads', () => {
    synthesized({ maxConcurrency: '7' }).hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 1,
      ScalingConfig: { MaximumConcurrency: 7 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  it("keeps the token out of every function's environment", () => {
    for (const fn of Object.values(template.findResources('AWS::Lambda::Function'))) {
      expect(
        Object.keys(fn.Properties.Environment?.Variables ?? {}).filter((name) =>
          /TOKEN(?!_SECRET_ARN)|PASSWORD/.test(name),
        ),
      ).toEqual([]);
    }
  });

  it('sets the retention of every log group', () => {
    for (const group of Object.values(template.findResources('AWS::Logs::LogGroup'))) {
      expect(group.Properties.RetentionInDays).toBe(90);
    }
  });
});

describe('maxReceiveCount', () => {
  it.each([0.01, 1, 24, 120].flatMap((hours) => [5, 900].map((seconds) => [hours, seconds] as const)))(
    'is never reached during %s hours of temporary faults, with a maximum back-off of %s s',
    (giveUpAfterHours, maxBackoffSeconds) => {
      const policy = { giveUpAfterSeconds: giveUpAfterHours * 3600, maxBackoffSeconds };
      let receives = 1;
      for (let seconds = 0; seconds < policy.giveUpAfterSeconds; receives++) {
        seconds += Math.max(backoffSeconds(receives - 1, policy, 0), leastWaitSeconds(seconds));
      }
      expect(receives).toBeLessThanOrEqual(maxReceiveCount({ giveUpAfterHours, ...policy }));
    },
  );

  it('is within the limit of SQS', () => {
    expect(maxReceiveCount({ giveUpAfterHours: 120, maxBackoffSeconds: 900 })).toBe(985);
    expect(maxReceiveCount({ giveUpAfterHours: 120, maxBackoffSeconds: 5 })).toBe(1000);
  });
});
