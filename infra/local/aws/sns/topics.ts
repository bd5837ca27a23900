/** A subscription of a queue to a topic. */
interface TopicSubscription {
  topicArn: string;
  queueArn: string;
  /** True: the queue gets the message itself, without the envelope of SNS. */
  raw: boolean;
}

export interface LocalTopics {
  createTopic(topic: { name: string }): void;
  subscribe(subscription: TopicSubscription): void;
  /** Publishes a message: each subscribed queue stores it before the call returns. */
  send(topicArn: string, message: string): void;
}
