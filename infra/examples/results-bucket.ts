import { CfnOutput, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { eventPattern } from '../../shared/events/event-pattern.ts';
import { acknowledgeWildcard } from '../stack/function/acknowledged-finding.ts';
import { NodeFunction } from '../stack/function/node-function.ts';
import { undeliveredEventsAlarm } from '../stack/monitoring/alarm.ts';
import type { ExampleProps } from './example.ts';

/**
 * Example: writes the detail of each final event to a bucket, as an object with one line of JSON. A rule and a function
 * are enough: S3 is rarely unavailable for long. After three failed attempts, the dead-letter queue keeps the event.
 */
export class ResultsBucket extends Construct {
  constructor(scope: Construct, id: string, { bus, onCall }: ExampleProps) {
    super(scope, id);
    const bucket = new Bucket(this, 'Results', {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'Whoever builds on this example decides who may read the results.',
    });
    const unwritten = new Queue(this, 'DeadLetterQueue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(unwritten).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: "It is a function's dead-letter queue itself.",
    });
    undeliveredEventsAlarm(this, unwritten, onCall);
    const write = new NodeFunction(this, 'Write', {
      folder: 'examples/results-bucket',
      description: 'Writes completed uploads to a bucket',
      environment: { RESULTS_BUCKET: bucket.bucketName },
      onFailure: new SqsDestination(unwritten),
      retryAttempts: 2,
    });
    const objects = bucket.arnForObjects('*');
    write.addToRolePolicy(new PolicyStatement({ actions: ['s3:PutObject'], resources: [objects] }));
    if (write.role) acknowledgeWildcard(write.role, objects, 'Objects are named by future uploads.');
    new Rule(this, 'Rule', {
      eventBus: bus,
      description: 'Final events of Pindrop',
      eventPattern: eventPattern(),
      targets: [new LambdaFunction(write)],
    });
    new CfnOutput(Stack.of(this), 'ResultsBucketName', { value: bucket.bucketName });
    new CfnOutput(Stack.of(this), 'ResultsBucketDeadLetterQueueUrl', { value: unwritten.queueUrl });
  }
}
