import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { NoticeTopic } from '../events/notice-topic.ts';
import { serviceOfThisAccount } from '../service-trust.ts';

export interface AlarmTopicProps {
  /** The mailbox of the person on call. */
  address: string;
}

/** Mails alarms. CloudWatch of this account may publish, and use the topic's key for that. */
export class AlarmTopic extends NoticeTopic {
  constructor(scope: Construct, id: string, { address }: AlarmTopicProps) {
    super(scope, id, { displayName: 'Pindrop alarms', address });
    const alarms = serviceOfThisAccount(this, 'cloudwatch', 'alarm:*');
    this.addToResourcePolicy(
      new PolicyStatement({ principals: [alarms], actions: ['sns:Publish'], resources: [this.topicArn] }),
    );
    // `grant` would widen this to `kms:Encrypt` and `kms:ReEncrypt*`.
    this.masterKey?.addToResourcePolicy(
      new PolicyStatement({ principals: [alarms], actions: ['kms:Decrypt', 'kms:GenerateDataKey*'], resources: ['*'] }),
    );
  }
}
