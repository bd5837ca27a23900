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
  /** Prefix of the queues' stack outputs, by which `pindrop redrive` and `doctor` find them. */
  name: string;
  bus: IEventBus;
  /** Which final events; all of them when left out. */
  events?: EventPatternOptions;
  /** Consumes the queue; each message is an event. */
  subscriber: NodeFunction;
  onCall: OnCall;
}

/**
 * Delivers final events to a function through a queue, so that the function's dependencies may be down for hours. With a rule
 * alone, Lambda tries three times within minutes and then drops the event.
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
      // One attempt a minute: most of a day.
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
