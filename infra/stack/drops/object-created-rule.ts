import { Annotations, CfnResource, Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledgeNotificationsHandler } from './drop-notifications.ts';
import type { DropQueue } from './drop-queue.ts';

export interface ObjectCreatedRuleProps {
  bucket: IBucket;
  drops: DropQueue;
  /** Only keys that start with one of these prefixes match. An empty prefix matches all keys. */
  prefixes: string[];
}

/**
 * A rule on the default event bus that sends S3's event `Object Created` to the queue of drops. An event that
 * EventBridge cannot put into the queue for a day goes to the dead-letter queue, so it is reported as well.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html
 */
export class ObjectCreatedRule extends Rule {
  constructor(scope: Construct, id: string, { bucket, drops, prefixes }: ObjectCreatedRuleProps) {
    super(scope, id, {
      description: 'Sends the objects that are put in the drop bucket to the queue of drops',
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        // The name of a bucket that was deleted can be taken by another account.
        account: [Stack.of(scope).account],
        detail: {
          bucket: { name: [bucket.bucketName] },
          // A pattern compares keys as they are, unlike the filter of a notification.
          ...(!prefixes.includes('') && { object: { key: prefixes.map((prefix) => ({ prefix })) } }),
        },
      },
      targets: [new SqsQueue(drops.queue, { deadLetterQueue: drops.deadLetters })],
    });
    acknowledgeNotificationsHandler(Stack.of(this));
    this.#requireEvents(bucket);
    // Switch the bucket over only after the rule can deliver, so that no put in between is lost.
    const switched = Stack.of(bucket) === Stack.of(this) ? bucket.node.tryFindChild('Notifications') : undefined;
    switched?.node.addDependency(this, drops);
  }

  /** A bucket that sends no events would never be uploaded from, and nobody would see why. */
  #requireEvents(bucket: IBucket): void {
    if (!CfnResource.isCfnResource(bucket.node.defaultChild)) {
      Annotations.of(this).addInfo(
        `The setting intake is eventbridge: check that ${bucket.node.path} sends its events to EventBridge. docs/existing-buckets.md says how.`,
      );
      return;
    }
    // The bucket's owner may switch the events on after this constructor.
    this.node.addValidation({
      validate: () =>
        sendsEvents(bucket)
          ? []
          : [
              `The setting intake is eventbridge, but the bucket ${bucket.node.path} sends no events to EventBridge: set its eventBridgeEnabled to true, or call enableEventBridgeNotification().`,
            ],
    });
  }
}

/** CDK configures the events of a bucket in the bucket itself or in a custom resource below it. */
const sendsEvents = (bucket: IBucket): boolean =>
  bucket.node.findAll().some((each) => {
    if (!CfnResource.isCfnResource(each)) return false;
    const { Resources } = Stack.of(each).resolve(each._toCloudFormation());
    return JSON.stringify(Resources).includes('"EventBridgeConfiguration"');
  });
