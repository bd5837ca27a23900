import { RemovalPolicy } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

export interface NoticeTopicProps {
  /** What the mails are from. */
  displayName: string;
}

/** A topic for people's mailboxes, encrypted. Alarms and event rules may not use AWS's own key for topics, so it has its own. */
export class NoticeTopic extends Topic {
  constructor(scope: Construct, id: string, { displayName }: NoticeTopicProps) {
    const masterKey = new Key(scope, `${id}Key`, {
      description: `Encrypts ${displayName}'s notices`,
      enableKeyRotation: true,
      // What it encrypted is delivered and gone.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    for (const service of ['cloudwatch.amazonaws.com', 'events.amazonaws.com']) {
      masterKey.grantEncryptDecrypt(new ServicePrincipal(service));
    }
    super(scope, id, { displayName, masterKey, enforceSSL: true });
  }
}
