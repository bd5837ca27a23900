import { Duration, SecretValue, Validations } from 'aws-cdk-lib';
import {
  ApiDestination,
  Authorization,
  Connection,
  EventField,
  HttpMethod,
  type IEventBus,
  type IRuleTarget,
  Rule,
  RuleTargetInput,
} from 'aws-cdk-lib/aws-events';
import { ApiDestination as ApiDestinationTarget, SnsTopic, SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Role } from 'aws-cdk-lib/aws-iam';
import { QueueEncryption, Queue as SqsQueueResource } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { DETAIL_TYPE, EVENT_SOURCE } from '../../../shared/events/names.ts';
import type { Settings } from '../../settings.ts';
import { type OnCall, undeliveredEventsAlarm } from '../monitoring/alarm.ts';
import { serviceOfThisAccount } from '../service-trust.ts';
import { NoticeTopic } from './notice-topic.ts';

export interface SubscriptionsProps {
  settings: Pick<Settings, 'notifyEmail' | 'forwardToQueueArn' | 'webhookUrl'>;
  bus: IEventBus;
  onCall: OnCall;
}

/** The subscribers that the settings create: a mailbox, a queue, a webhook. */
export class Subscriptions extends Construct {
  readonly #onCall: OnCall;

  constructor(scope: Construct, id: string, { settings, bus, onCall }: SubscriptionsProps) {
    super(scope, id);
    this.#onCall = onCall;
    const { notifyEmail, forwardToQueueArn, webhookUrl } = settings;
    if (notifyEmail !== undefined) this.#notify(bus, notifyEmail);
    if (forwardToQueueArn !== undefined) {
      const queue = SqsQueueResource.fromQueueArn(this, 'ForwardTo', forwardToQueueArn);
      this.#rule('Forward', bus, Object.values(DETAIL_TYPE), new SqsQueue(queue, this.#undelivered()));
    }
    if (webhookUrl !== undefined) {
      this.#rule('CallWebhook', bus, Object.values(DETAIL_TYPE), this.#webhook(webhookUrl));
    }
  }

  #notify(bus: IEventBus, address: string): void {
    const topic = new NoticeTopic(this, 'Notices', { displayName: 'Pindrop', address });
    const [key, media] = [EventField.fromPath('$.detail.object.key'), EventField.fromPath('$.detail.mediaId')];
    const message = EventField.fromPath('$.detail.failure.message');
    this.#rule(
      'NotifyOfSuccess',
      bus,
      [DETAIL_TYPE.succeeded],
      new SnsTopic(topic, { message: RuleTargetInput.fromText(`${key} is ready on Pinterest as media ${media}.`) }),
    );
    this.#rule(
      'NotifyOfFailure',
      bus,
      [DETAIL_TYPE.failed],
      new SnsTopic(topic, { message: RuleTargetInput.fromText(`${key} did not get to Pinterest. ${message}`) }),
    );
  }

  /**
   * The header tells the webhook's owner that Pindrop made the call. A URL that nobody can guess has the same effect.
   */
  #webhook(endpoint: string): IRuleTarget {
    const connection = new Connection(this, 'WebhookConnection', {
      authorization: Authorization.apiKey('x-pindrop', SecretValue.unsafePlainText('final-event')),
      description: 'Says that a call comes from Pindrop',
    });
    const destination = new ApiDestination(this, 'Webhook', {
      connection,
      endpoint,
      httpMethod: HttpMethod.POST,
      rateLimitPerSecond: 10,
    });
    const eventRole = new Role(this, 'WebhookRole', { assumedBy: serviceOfThisAccount(this, 'events', 'rule/*') });
    return new ApiDestinationTarget(destination, { ...this.#undelivered(), eventRole });
  }

  /**
   * The dead-letter queue, shared by all rules, for events that EventBridge could not deliver to a subscriber within a
   * day.
   */
  #undelivered() {
    const before = this.node.tryFindChild('Undelivered') as SqsQueueResource | undefined;
    if (before) return { deadLetterQueue: before };
    const deadLetterQueue = new SqsQueueResource(this, 'Undelivered', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(deadLetterQueue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is the dead-letter queue of event rules.',
    });
    undeliveredEventsAlarm(this, deadLetterQueue, this.#onCall);
    return { deadLetterQueue };
  }

  #rule(id: string, bus: IEventBus, detailType: string[], target: IRuleTarget): void {
    new Rule(this, id, { eventBus: bus, eventPattern: { source: [EVENT_SOURCE], detailType }, targets: [target] });
  }
}
