import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { eventPattern } from '../../shared/event-pattern.ts';
import { NodeFunction } from '../node-function.ts';
import type { ExampleProps } from './example.ts';

/**
 * Example: writes each completion as an object of one JSON line. The shortest way there is: a rule and a function. S3 is seldom
 * away for long; what three attempts could not write is kept in the dead-letter queue.
 */
export class ResultsBucket extends Construct {
  constructor(scope: Construct, id: string, { bus }: ExampleProps) {
    super(scope, id);
    const bucket = new Bucket(this, 'Results', {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const unwritten = new Queue(this, 'DeadLetterQueue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    const write = new NodeFunction(this, 'Write', {
      folder: 'examples/results-bucket',
      description: 'Writes completed uploads to a bucket',
      memorySize: 256,
      environment: { RESULTS_BUCKET: bucket.bucketName },
      onFailure: new SqsDestination(unwritten),
      retryAttempts: 2,
    });
    bucket.grantPut(write);
    new Rule(this, 'Rule', {
      eventBus: bus,
      description: 'Final events of Pindrop',
      eventPattern: eventPattern(),
      targets: [new LambdaFunction(write)],
    });
    new CfnOutput(Stack.of(this), 'ResultsBucketName', { value: bucket.bucketName });
  }
}
