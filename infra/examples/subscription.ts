import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { type IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type EventPatternOptions, eventPattern } from '../../shared/events/event-pattern.ts';
import { takeFrom } from '../stack/function/grants.ts';
import type { NodeFunction } from '../stack/function/node-function.ts';
import { type OnCall, undeliveredEventsAlarm } from '../stack/monitoring/alarm.ts';

export interface SubscriptionProps {
  /**
   * Prefix of the stack outputs with the queue URLs. `pindrop redrive` and `pindrop doctor` find the queues by these
   * outputs.
   */
  name: string;
  bus: IEventBus;
  /** Selects the final events; by default all. */
  events?: EventPatternOptions;
  /** The function that consumes the queue. Each message is one event. */
  subscriber: NodeFunction;
  onCall: OnCall;
}

/**
 * Delivers final events to a function through a queue. The function's dependencies may therefore be down for hours.
 * With only a rule, Lambda would try three times within minutes and then drop the event.
 */
export class Subscription extends Construct {
  constructor(scope: Construct, id: string, { name, bus, events, subscriber, onCall }: SubscriptionProps) {
    super(scope, id);
    const secure = {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    };
    const deadLetters = new Queue(this, 'DeadLetterQueue', secure);
    const queue = new Queue(this, 'Queue', {
      ...secure,
      visibilityTimeout: Duration.minutes(1),
      // One attempt a minute for most of a day.
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: 1000 },
    });
    new Rule(this, 'Rule', {
      eventBus: bus,
      description: 'Final events of Pindrop',
      eventPattern: eventPattern(events),
      targets: [new SqsQueue(queue, { deadLetterQueue: deadLetters })],
    });
    takeFrom(queue, subscriber, { batchSize: 1 });
    undeliveredEventsAlarm(this, deadLetters, onCall);
    new CfnOutput(Stack.of(this), `${name}QueueUrl`, { value: queue.queueUrl });
    new CfnOutput(Stack.of(this), `${name}DeadLetterQueueUrl`, { value: deadLetters.queueUrl });
  }
}
