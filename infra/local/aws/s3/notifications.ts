import type { DefaultBus } from '../eventbridge/event-bus.ts';
import type { StackContext } from '../local-service.ts';
import type { LocalTopics } from '../sns/topics.ts';
import type { LocalQueues } from '../sqs/queues.ts';
import type { Resource } from '../template/template.ts';
import type { LocalBucket, NotificationFilter } from './buckets.ts';
import type { NotificationConfiguration, NotificationTarget } from './notification-configuration.ts';
import { objectCreatedEvent } from './object-created-event.ts';
import type { ObjectCreatedRecord } from './object-created-record.ts';

/** The services that a bucket can notify. */
export interface NotificationReceivers {
  queues: LocalQueues;
  topics: LocalTopics;
  defaultBus: DefaultBus;
}

const KNOWN = ['QueueConfigurations', 'TopicConfigurations', 'EventBridgeConfiguration'];

/**
 * Reads the notifications of a bucket: to one queue or one topic, to EventBridge, or both.
 * @param notification the custom resource through which CDK configures the bucket; undefined without notifications
 * @throws Error that names the part of the configuration that the local runtime does not know
 */
export function notified(
  { logicalId }: Resource,
  notification: Resource | undefined,
  { observe }: Pick<StackContext, 'observe'>,
  { queues, topics, defaultBus }: NotificationReceivers,
): Partial<LocalBucket> {
  const configuration: NotificationConfiguration = notification?.properties['NotificationConfiguration'] ?? {};
  const unknown = Object.keys(configuration).find((name) => !KNOWN.includes(name));
  if (unknown) throw new Error(`The local runtime does not know the notifications ${unknown} of ${logicalId}.`);
  const { QueueConfigurations = [], TopicConfigurations = [], EventBridgeConfiguration } = configuration;
  const direct = [...QueueConfigurations, ...TopicConfigurations];
  const [first] = direct;
  const receiver = first?.QueueArn ?? first?.TopicArn;
  if (
    !direct.every(({ Events, QueueArn = '', TopicArn = QueueArn }) => isObjectCreated(Events) && TopicArn === receiver)
  ) {
    throw new Error(
      `The local runtime only knows notifications of s3:ObjectCreated:* to one queue or one topic (${logicalId}).`,
    );
  }
  if (receiver === undefined && !EventBridgeConfiguration) return {};
  const deliver = first?.TopicArn === undefined ? queues : topics;
  return {
    notification: configuration,
    filters: direct.map(filterOf),
    onIgnored: (key) => observe({ kind: 'put-ignored', key }),
    ...(receiver !== undefined && {
      async notify(record: ObjectCreatedRecord) {
        const body = JSON.stringify({ Records: [record] });
        deliver.send(receiver, body);
        observe({ kind: 'put-notified', body });
      },
    }),
    ...(EventBridgeConfiguration && {
      async publish(record: ObjectCreatedRecord, key: string) {
        const { entry, origin } = objectCreatedEvent(record, key);
        const { envelope, targets } = defaultBus.put(entry, origin);
        if (targets !== 0) observe({ kind: 'put-notified', body: JSON.stringify(envelope) });
        return targets !== 0;
      },
    }),
  };
}

const isObjectCreated = (events: string[]) => events.join() === 's3:ObjectCreated:*';

function filterOf({ Filter }: NotificationTarget): NotificationFilter {
  const ruleOf = (name: string) => Filter?.Key.FilterRules.find((rule) => rule.Name.toLowerCase() === name)?.Value;
  return { prefix: ruleOf('prefix'), suffix: ruleOf('suffix') };
}
