import { type CfnResource, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket, EventType, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { QueueOfOwnAccount } from './queue-destination.ts';

export interface DropNotificationsProps {
  bucket: IBucket;
  queue: IQueue;
  /** S3 notifies only about keys that start with one of these prefixes. An empty prefix means all keys. */
  prefixes: string[];
}

/** Configures S3 to send a message to the queue for each dropped object. */
export class DropNotifications extends Construct {
  constructor(scope: Construct, id: string, { bucket, queue, prefixes }: DropNotificationsProps) {
    super(scope, id);
    const [from, to] = [this.#here(bucket), new QueueOfOwnAccount(queue)];
    for (const prefix of prefixes) {
      const filters = prefix === '' ? [] : [{ prefix: encodedForFilter(prefix) }];
      from.addEventNotification(EventType.OBJECT_CREATED, to, ...filters);
    }
    acknowledgeNotificationsHandler(Stack.of(this));
  }

  /**
   * Imports a bucket of another stack into this stack. Without the import, CDK would set the notifications in the
   * bucket's stack, and the two stacks would depend on each other: the bucket's stack on our queue, and our queue's
   * policy on the bucket.
   */
  #here(bucket: IBucket): IBucket {
    if (Stack.of(bucket) === Stack.of(this)) return bucket;
    return Bucket.fromBucketAttributes(this, 'Bucket', { bucketArn: bucket.bucketArn });
  }
}

/**
 * Encodes a prefix for the filter of a notification: spaces as `+`, other special characters percent-encoded, slashes
 * unchanged. S3 accepts an unencoded prefix without an error, but then never notifies.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
 */
function encodedForFilter(prefix: string): string {
  return encodeURIComponent(prefix).replaceAll('%20', '+').replaceAll('%2F', '/');
}

/** Finds the Lambda function that CDK adds to a stack to configure the notifications of its buckets. */
const notificationsHandler = (stack: Stack) =>
  stack.node.children.find(({ node }) => node.id.startsWith('BucketNotificationsHandler'));

export function acknowledgeNotificationsHandler(stack: Stack): void {
  const handler = notificationsHandler(stack);
  if (!handler) return;
  Validations.of(handler).acknowledge({
    id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
    reason: 'The role is made by CDK and only writes logs.',
  });
}

/**
 * Gives CDK's notifications handler a log group with the same retention as our logs, which is deleted with the stack.
 * Use it only in a new stack: where the handler has already run, its log group exists and cannot be created again.
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
  // Create the log group first. Otherwise the handler could run earlier and create the log group itself.
  bucket.node.tryFindChild('Notifications')?.node.addDependency(logs);
}
