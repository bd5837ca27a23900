import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { describe, expect, it } from 'vitest';
import { Pindrop, type PindropProps } from '../../../../infra/stack/pindrop.ts';
import { synthesized } from '../synthesized.ts';

const NOTIFICATIONS = 'Custom::S3BucketNotifications';

function inTheirApp(
  bucketOf: (stack: Stack) => IBucket,
  props: PindropProps = { settings: { intake: 'eventbridge' } },
) {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const stack = new Stack(app, 'Theirs');
  const bucket = bucketOf(stack);
  const pindrop = new Pindrop(stack, 'Videos', { ...props, bucket });
  return { app, stack, bucket, pindrop };
}

describe('the intake eventbridge', () => {
  it("sends S3's events about the bucket to the queue, and undeliverable ones to the dead-letter queue", () => {
    synthesized({ intake: 'eventbridge' }).hasResourceProperties('AWS::Events::Rule', {
      EventBusName: Match.absent(),
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        account: [{ Ref: 'AWS::AccountId' }],
        detail: { bucket: { name: [{ Ref: Match.stringLikeRegexp('^DropBucket') }] }, object: Match.absent() },
      },
      Targets: [
        Match.objectLike({
          Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^DropsQueue'), 'Arn'] },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^DropsDeadLetterQueue'), 'Arn'] } },
        }),
      ],
    });
  });

  it.each<[object, unknown]>([
    [{ prefix: 'für alle/' }, [{ prefix: 'für alle/' }]],
    [{ accounts: { a: { prefix: 'a/' }, b: { prefix: 'b/' } } }, [{ prefix: 'a/' }, { prefix: 'b/' }]],
  ])('matches only keys with the prefixes of %j, as they are', (settings, key) => {
    synthesized({ intake: 'eventbridge', ...settings }).hasResourceProperties('AWS::Events::Rule', {
      EventPattern: Match.objectLike({ detail: Match.objectLike({ object: { key } }) }),
    });
  });

  it('lets only the rule send messages to the queue', () => {
    const template = synthesized({ intake: 'eventbridge' });
    const policies = Object.values(template.findResources('AWS::SQS::QueuePolicy'));
    const senders = policies.flatMap(({ Properties }) =>
      Properties.PolicyDocument.Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow'),
    );
    const rule = { 'Fn::GetAtt': [expect.stringMatching(/^ObjectCreated/), 'Arn'] };
    expect(senders).toHaveLength(2);
    for (const { Principal, Condition } of senders) {
      expect(Principal).toEqual({ Service: 'events.amazonaws.com' });
      expect(Condition).toEqual({ ArnEquals: { 'aws:SourceArn': rule } });
    }
  });

  it('switches the events of its own bucket on, after the rule, and sets no notification', () => {
    const template = synthesized({ intake: 'eventbridge' });
    template.hasResource(NOTIFICATIONS, {
      Properties: { NotificationConfiguration: { EventBridgeConfiguration: {} } },
      DependsOn: Match.arrayWith([
        Match.stringLikeRegexp('^DropsQueuePolicy'),
        Match.stringLikeRegexp('^ObjectCreated'),
      ]),
    });
  });

  it('stops the synth when a bucket of the app sends no events', () => {
    const { app } = inTheirApp((stack) => new Bucket(stack, 'Bucket'));
    expect(() => app.synth()).toThrow(
      'The setting intake is eventbridge, but the bucket Theirs/Bucket sends no events to EventBridge: set its eventBridgeEnabled to true, or call enableEventBridgeNotification().',
    );
  });

  it.each<[string, (bucket: Bucket) => void, object]>([
    ['from the start', () => {}, { eventBridgeEnabled: true }],
    ['later', (bucket) => bucket.enableEventBridgeNotification(), {}],
  ])('takes a bucket whose events are switched on %s', (_when, later, props) => {
    const { app, bucket } = inTheirApp((stack) => new Bucket(stack, 'Bucket', props));
    later(bucket as Bucket);
    expect(() => app.synth()).not.toThrow();
  });

  it('says what an imported bucket needs, and does not change the bucket', () => {
    const { stack } = inTheirApp((scope) => Bucket.fromBucketName(scope, 'Imported', 'videos'));
    Template.fromStack(stack).resourceCountIs(NOTIFICATIONS, 0);
    Annotations.fromStack(stack).hasInfo(
      '/Theirs/Videos/ObjectCreated',
      Match.stringLikeRegexp('check that Theirs/Imported sends its events to EventBridge'),
    );
  });
});

describe('externalIntake', () => {
  it('leaves the bucket alone: only the topic of the user sends to the queue', () => {
    const { stack, pindrop } = inTheirApp((scope) => Bucket.fromBucketName(scope, 'Imported', 'videos'), {
      externalIntake: true,
    });
    new Topic(stack, 'Topic').addSubscription(new SqsSubscription(pindrop.queue));
    const template = Template.fromStack(stack);
    template.resourceCountIs(NOTIFICATIONS, 0);
    template.resourceCountIs('AWS::Events::Rule', 0);
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Principal: { Service: 'sns.amazonaws.com' },
            Condition: { ArnEquals: { 'aws:SourceArn': { Ref: Match.stringLikeRegexp('^Topic') } } },
          }),
        ]),
      },
    });
  });

  it('excludes the setting intake', () => {
    expect(() =>
      inTheirApp((scope) => Bucket.fromBucketName(scope, 'Imported', 'videos'), {
        externalIntake: true,
        settings: { intake: 'notification' },
      }),
    ).toThrow('exclude each other');
  });
});
