import { type CfnResource, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption, EventType, type IBucket } from 'aws-cdk-lib/aws-s3';
import { SqsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** Where videos are dropped. Versioned, so that an upload always reads the very bytes that were dropped. */
export class DropBucket extends Bucket {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      versioned: true,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      // The files are the user's: a deleted stack leaves them where they are.
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(7) }],
    });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'Every upload is logged by its functions. Who wants access logs too gives Pindrop a bucket of their own.',
    });
  }
}

/** @param prefix only keys that start with this are told of; empty for all */
export function tellQueueOfDrops(bucket: IBucket, queue: IQueue, prefix: string): void {
  const filters = prefix === '' ? [] : [{ prefix }];
  bucket.addEventNotification(EventType.OBJECT_CREATED, new SqsDestination(queue), ...filters);
  const handler = notificationsHandler(Stack.of(bucket));
  if (!handler) return;
  Validations.of(handler).acknowledge({
    id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
    reason: "The role is CDK's; it may write logs.",
  });
}

/** The function of CDK's own that sets the notifications of a stack's buckets. */
const notificationsHandler = (stack: Stack) =>
  stack.node.children.find(({ node }) => node.id.startsWith('BucketNotificationsHandler'));

/**
 * Keeps the log of that function as long as ours, and has it go with the stack. Only for a stack that is new with it:
 * where the function has run before, its log group is there already, and could not be made.
 */
export function keepNotificationsLog(bucket: IBucket): void {
  const handler = notificationsHandler(Stack.of(bucket));
  if (!handler) return;
  const { ref: functionName } = handler.node.defaultChild as CfnResource;
  const logs = new LogGroup(handler, 'Logs', {
    logGroupName: `/aws/lambda/${functionName}`,
    retention: RetentionDays.THREE_MONTHS,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  // Otherwise the function could be there first, and make a log of its own.
  bucket.node.tryFindChild('Notifications')?.node.addDependency(logs);
}
