import type { LocalService, StackContext } from '../local-service.ts';
import type { LocalQueues } from '../sqs/queues.ts';
import type { LocalTopics } from './topics.ts';

/**
 * Starts the template's topics and their subscriptions.
 * @throws Error that names the subscription that the local runtime does not know
 */
export function startSns({ ofType }: StackContext, queues: LocalQueues): LocalService & { topics: LocalTopics } {
  const { topics } = queues;
  for (const { name } of ofType('AWS::SNS::Topic')) topics.createTopic({ name });
  for (const { logicalId, properties } of ofType('AWS::SNS::Subscription')) {
    const { Protocol, TopicArn, Endpoint, RawMessageDelivery } = properties;
    if (Protocol !== 'sqs' || !queues.has(Endpoint)) {
      throw new Error(
        `The local runtime only knows subscriptions of queues of this stack, not of ${Protocol} ${Endpoint} (${logicalId}).`,
      );
    }
    topics.subscribe({ topicArn: TopicArn, queueArn: Endpoint, raw: String(RawMessageDelivery) === 'true' });
  }
  return { topics };
}
