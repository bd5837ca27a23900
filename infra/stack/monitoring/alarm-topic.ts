import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { NoticeTopic } from '../events/notice-topic.ts';
import { serviceOfThisAccount } from '../service-trust.ts';

export interface AlarmTopicProps {
  /** The email address of the person on call. */
  address: string;
}

/** Sends alarms by email. Only CloudWatch in this account may publish to the topic and use its key. */
export class AlarmTopic extends NoticeTopic {
  constructor(scope: Construct, id: string, { address }: AlarmTopicProps) {
    super(scope, id, { displayName: 'Pindrop alarms', address });
    const alarms = serviceOfThisAccount(this, 'cloudwatch', 'alarm:*');
    this.addToResourcePolicy(
      new PolicyStatement({ principals: [alarms], actions: ['sns:Publish'], resources: [this.topicArn] }),
    );
    // The key's `grant…` methods would also allow `kms:Encrypt` and `kms:ReEncrypt*`.
    this.masterKey?.addToResourcePolicy(
      new PolicyStatement({ principals: [alarms], actions: ['kms:Decrypt', 'kms:GenerateDataKey*'], resources: ['*'] }),
    );
  }
}
