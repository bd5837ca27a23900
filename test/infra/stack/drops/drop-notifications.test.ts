import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { Pindrop } from '../../../../infra/stack/pindrop.ts';
import { synthesized } from '../synthesized.ts';

const NOTIFICATIONS = 'Custom::S3BucketNotifications';

describe('the bucket notification', () => {
  it.each([
    ['videos/', 'videos/'],
    ['dt=2026/', 'dt%3D2026/'],
    ['my videos/', 'my+videos/'],
    ['für+alle&mehr/', 'f%C3%BCr%2Balle%26mehr/'],
  ])('has the prefix %j in the encoded form that S3 compares: %j', (prefix, Value) => {
    synthesized({ prefix }).hasResourceProperties(NOTIFICATIONS, {
      NotificationConfiguration: {
        QueueConfigurations: [Match.objectLike({ Filter: { Key: { FilterRules: [{ Name: 'prefix', Value }] } } })],
      },
    });
  });

  it.each([
    ['', '/*'],
    ['dt=2026/', '/dt=2026/*'],
    ['my videos/ü', '/my videos/ü*'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the escape syntax of IAM policies
    ['a*b?c$d/', '/a${*}b${?}c${$}d/*'],
  ])('lets ingest read the objects below the prefix %j and no others', (prefix, resource) => {
    synthesized({ prefix }).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: ['s3:GetObject', 's3:GetObjectVersion'],
            Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': [Match.anyValue(), 'Arn'] }, resource]] },
          }),
        ]),
      },
    });
  });

  it('lets only a bucket of the same account send messages to the queue', () => {
    synthesized().hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'sqs:SendMessage',
            Principal: { Service: 's3.amazonaws.com' },
            Condition: {
              ArnLike: { 'aws:SourceArn': { 'Fn::GetAtt': [Match.stringLikeRegexp('^DropBucket'), 'Arn'] } },
              StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
            },
          }),
        ]),
      },
    });
  });
});

describe('Pindrop with a bucket, a bus and a secret from another stack', () => {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const theirs = new Stack(app, 'Theirs');
  const bucket = new Bucket(theirs, 'Videos', { versioned: true, encryption: BucketEncryption.KMS });
  const eventBus = new EventBus(theirs, 'Bus');
  const tokenSecret = new Secret(theirs, 'Token');
  const ours = new Stack(app, 'Ours');
  const pindrop = new Pindrop(ours, 'Videos', { bucket, eventBus, tokenSecret, settings: { prefix: 'videos/' } });

  it('synthesizes, and depends on the other stack, which does not depend on it', () => {
    app.synth();
    expect(ours.dependencies).toEqual([theirs]);
    expect(theirs.dependencies).toEqual([]);
    expect(pindrop.bucket).toBe(bucket);
  });

  it('keeps the notifications that the bucket already has', () => {
    Template.fromStack(theirs).resourceCountIs(NOTIFICATIONS, 0);
    Template.fromStack(ours).hasResourceProperties(NOTIFICATIONS, {
      BucketName: { 'Fn::Select': Match.anyValue() },
      Managed: false,
    });
  });

  it("may decrypt with the bucket's key", () => {
    Template.fromStack(ours).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: 'kms:Decrypt' })]) },
    });
  });
});
