import { RemovalPolicy } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';

export interface NoticeTopicProps {
  /** The sender's name in the mails. */
  displayName: string;
  /** The mailbox that gets the notices. */
  address: string;
}

/**
 * A topic for a mailbox, encrypted. Alarms and event rules cannot use AWS's own key for topics, so it has its own.
 * `enforceSSL` replaces SNS's default policy, which lets the account's services publish: each publisher needs a grant.
 */
export class NoticeTopic extends Topic {
  constructor(scope: Construct, id: string, { displayName, address }: NoticeTopicProps) {
    const masterKey = new Key(scope, `${id}Key`, {
      description: `Encrypts ${displayName}'s notices`,
      enableKeyRotation: true,
      // The notices that it encrypted are delivered already.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    super(scope, id, { displayName, masterKey, enforceSSL: true });
    this.addSubscription(new EmailSubscription(address));
  }
}
