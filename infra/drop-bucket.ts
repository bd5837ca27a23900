import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, EventType } from 'aws-cdk-lib/aws-s3';
import { SqsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

export interface DropBucketProps {
  /** Only keys that start with this are told of; empty for all. */
  prefix: string;
  /** Hears of every object that is put. */
  queue: IQueue;
}

/** Where videos are dropped. Versioned, so that an upload always reads the very bytes that were dropped. */
export class DropBucket extends Bucket {
  constructor(scope: Construct, id: string, { prefix, queue }: DropBucketProps) {
    super(scope, id, {
      versioned: true,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      // The files are the user's: a deleted stack leaves them where they are.
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(7) }],
    });
    this.addEventNotification(
      EventType.OBJECT_CREATED,
      new SqsDestination(queue),
      ...(prefix === '' ? [] : [{ prefix }]),
    );
  }
}
