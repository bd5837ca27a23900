import { RemovalPolicy } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';

export interface NoticeTopicProps {
  /** The name of the sender in the emails. */
  displayName: string;
  /** The email address that receives the notices. */
  address: string;
}

/**
 * An encrypted topic that sends emails to one address. It has its own key, because alarms and event rules cannot use
 * the key that AWS manages for SNS. `enforceSSL` replaces the default policy of SNS, which lets the services of the
 * account publish. Therefore each publisher needs a grant.
 */
export class NoticeTopic extends Topic {
  constructor(scope: Construct, id: string, { displayName, address }: NoticeTopicProps) {
    const masterKey = new Key(scope, `${id}Key`, {
      description: `Encrypts ${displayName}'s notices`,
      enableKeyRotation: true,
      // The notices that this key encrypted have already been delivered.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    super(scope, id, { displayName, masterKey, enforceSSL: true });
    this.addSubscription(new EmailSubscription(address));
  }
}
