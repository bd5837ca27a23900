import { type CfnResource, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket, EventType, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { QueueOfOwnAccount } from './queue-destination.ts';

export interface DropNotificationsProps {
  bucket: IBucket;
  queue: IQueue;
  /** Only keys that start with this are notified; empty for all. */
  prefix: string;
}

/** Has S3 put a message in the queue for each dropped object. */
export class DropNotifications extends Construct {
  constructor(scope: Construct, id: string, { bucket, queue, prefix }: DropNotificationsProps) {
    super(scope, id);
    const filters = prefix === '' ? [] : [{ prefix: encodedForFilter(prefix) }];
    this.#here(bucket).addEventNotification(EventType.OBJECT_CREATED, new QueueOfOwnAccount(queue), ...filters);
    const handler = notificationsHandler(Stack.of(this));
    if (!handler) return;
    Validations.of(handler).acknowledge({
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
      reason: 'The role is made by CDK and only writes logs.',
    });
  }

  /**
   * The bucket as one of this stack. A bucket of another stack of the app would otherwise have its notifications set
   * there, and the two stacks would depend on each other: that one on our queue, and our queue's policy on the bucket.
   */
  #here(bucket: IBucket): IBucket {
    if (Stack.of(bucket) === Stack.of(this)) return bucket;
    return Bucket.fromBucketAttributes(this, 'Bucket', { bucketArn: bucket.bucketArn });
  }
}

/**
 * A prefix as a notification's filter wants it: spaces as `+`, other special characters percent-encoded, slashes as they are.
 * S3 takes a raw prefix as well, and then never notifies.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
 */
function encodedForFilter(prefix: string): string {
  return encodeURIComponent(prefix).replaceAll('%20', '+').replaceAll('%2F', '/');
}

/** CDK's own function that sets the notifications of a stack's buckets. */
const notificationsHandler = (stack: Stack) =>
  stack.node.children.find(({ node }) => node.id.startsWith('BucketNotificationsHandler'));

/**
 * Keeps the log of that function as long as our logs, and deletes it with the stack. Only for a new stack: where the
 * function has run before, its log group exists and cannot be created.
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
  // Otherwise the function could run first and create a log group by itself.
  bucket.node.tryFindChild('Notifications')?.node.addDependency(logs);
}
