import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, type LifecycleRule } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { OBJECT_TAG } from '../../../shared/upload/object-tags.ts';
import type { ConstructSettings } from '../../construct-settings.ts';

export interface DropBucketProps {
  /** `eventbridge`: the bucket sends its events to EventBridge. */
  intake: ConstructSettings['intake'];
  /** Days after which succeeded videos are deleted. @default - they are kept */
  expireSucceededAfterDays?: number;
}

/**
 * The bucket for videos. It is versioned: an upload reads the bytes that were dropped, even if the key is overwritten.
 */
export class DropBucket extends Bucket {
  constructor(scope: Construct, id: string, { intake, expireSucceededAfterDays }: DropBucketProps) {
    super(scope, id, {
      versioned: true,
      eventBridgeEnabled: intake === 'eventbridge',
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      // The files belong to the user. Keep them when the stack is deleted.
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        { abortIncompleteMultipartUploadAfter: Duration.days(7) },
        ...(expireSucceededAfterDays === undefined ? [] : expirySucceeded(Duration.days(expireSucceededAfterDays))),
      ],
    });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'The functions log every upload. For access logs as well, give Pindrop a bucket of your own.',
    });
  }
}

/**
 * In a versioned bucket, the expiration of a current version only adds a delete marker, and makes the version
 * noncurrent. So a second period deletes noncurrent versions. It is as long as the first one, because it also applies to
 * versions that were overwritten: none may be deleted earlier than the setting says. S3 then removes the delete markers,
 * which needs a rule without tags.
 */
function expirySucceeded(after: Duration): LifecycleRule[] {
  return [
    {
      id: 'ExpireSucceeded',
      tagFilters: { [OBJECT_TAG.status]: 'succeeded' },
      expiration: after,
      noncurrentVersionExpiration: after,
    },
    { id: 'RemoveExpiredDeleteMarkers', expiredObjectDeleteMarker: true },
  ];
}
