/** A queue or a topic that the bucket notifies. */
export interface NotificationTarget {
  Id?: string;
  Events: string[];
  QueueArn?: string;
  TopicArn?: string;
  Filter?: { Key: { FilterRules: { Name: string; Value: string }[] } };
}

/** As CloudFormation and the AWS CLI write it. */
export interface NotificationConfiguration {
  QueueConfigurations?: NotificationTarget[];
  TopicConfigurations?: NotificationTarget[];
  EventBridgeConfiguration?: object;
}
