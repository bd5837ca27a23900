import { Names, Stack } from 'aws-cdk-lib';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { EventBus, type IEventBus, type IRuleTarget, Rule } from 'aws-cdk-lib/aws-events';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import {
  type EventPatternOptions,
  eventPattern,
  type FailureFilter,
  type ObjectFilter,
} from '../../shared/events/event-pattern.ts';
import { NOTHING_LEARNED } from '../../shared/upload/initial-parameters.ts';
import { METRIC, METRIC_NAMESPACE, type MetricName } from '../../shared/upload/metrics.ts';
import { type ConstructSettings, readConstructSettings } from '../construct-settings.ts';
import { type Account, accountsOf, secretsByName } from './accounts/account.ts';
import { DropBucket } from './drops/drop-bucket.ts';
import { DropNotifications } from './drops/drop-notifications.ts';
import { DropQueue } from './drops/drop-queue.ts';
import { IngestFunction, literalInPolicy } from './drops/ingest-function.ts';
import { ObjectCreatedRule } from './drops/object-created-rule.ts';
import { ReportDeadLetterFunction } from './drops/report-dead-letter-function.ts';
import { EventRecord } from './events/event-record.ts';
import { Subscriptions } from './events/subscriptions.ts';
import { Monitoring } from './monitoring/monitoring.ts';
import type { PindropSettings } from './pindrop-settings.ts';
import { MediaStatusMachine } from './status/media-status-machine.ts';
import { tagWithOutputs } from './status/output-tags.ts';

export interface PindropProps {
  /**
   * The settings of docs/settings.md.
   * @default - each setting has its own default
   */
  settings?: PindropSettings;
  /**
   * The bucket in which videos are dropped. It may belong to another stack. Enable versioning on it: without
   * versioning, a file is not uploaded if it is overwritten before it was read.
   * @default - a new bucket, which is kept when the stack is deleted
   */
  bucket?: IBucket;
  /**
   * True when you deliver S3's notifications to {@link Pindrop.queue} yourself, for example through an SNS topic that
   * the bucket already notifies. Pindrop then configures nothing on the bucket: S3 refuses two notifications for the
   * same keys.
   * @default false - Pindrop makes the bucket notify its queue, as the setting `intake` says
   */
  externalIntake?: boolean;
  /**
   * The event bus that receives the final events.
   * @default - a new bus
   */
  eventBus?: IEventBus;
  /**
   * The secret with Pinterest's tokens. Pindrop rotates it. With the setting `accounts`, use {@link tokenSecrets}.
   * @default - a new secret without tokens, which is kept when the stack is deleted
   */
  tokenSecret?: ISecret;
  /**
   * With the setting `accounts`: the secrets with Pinterest's tokens, by account name. Pindrop rotates them.
   * @default - a new secret for each account that has none here
   */
  tokenSecrets?: Record<string, ISecret>;
}

/** Uploads each video that is dropped in a bucket to Pinterest, and puts one final event for it on a bus. */
export class Pindrop extends Construct {
  /** The bucket in which videos are dropped. */
  readonly bucket: IBucket;
  /** The event bus that receives the final events. */
  readonly eventBus: IEventBus;
  /** The secret with Pinterest's tokens. With the setting `accounts`, the secret of the first account. */
  readonly tokenSecret: ISecret;
  /** The Pinterest accounts with their secrets. Without the setting `accounts`, one account without a name. */
  readonly accounts: readonly Account[];
  /** The state machine that runs one execution for each upload. */
  readonly stateMachine: IStateMachine;
  /**
   * The queue of the drops that wait for their upload. It takes S3's notifications also through an SNS topic; see
   * {@link PindropProps.externalIntake}.
   */
  readonly queue: IQueue;
  /** The queue of the drops whose function died at every attempt. */
  readonly deadLetterQueue: IQueue;
  /**
   * The topic that receives the alarms. Add your own subscriptions or alarms to it.
   * @default - undefined without the setting `alarmEmail`
   */
  readonly alarmTopic?: ITopic;
  /** The value of the dimension `service` of every metric. */
  readonly #deployment: string;

  /** @throws Error that names each setting that is unknown or not valid */
  constructor(scope: Construct, id: string, props: PindropProps = {}) {
    super(scope, id);
    const settings = readConstructSettings(props.settings ?? {});
    requireExpiry(settings, props);
    // Distinguishes the instances in an account: it contains the stack's name and the construct's path in the stack.
    const deployment = Names.uniqueResourceName(this, { maxLength: 60 });

    const accounts = accountsOf(this, { ...props, settings });
    const prefixes = accounts.map(({ prefix }) => prefix);
    const bus =
      props.eventBus ??
      // CDK's generated name lacks the stack's name, so two stacks of one app could not be deployed side by side.
      new EventBus(this, 'EventBus', { eventBusName: `${deployment}-Events`, description: 'Final events of Pindrop' });
    const bucket = props.bucket ?? new DropBucket(this, 'DropBucket', settings);
    const recentFiles = new StringParameter(this, 'RecentFiles', {
      description: 'How long Pinterest took for the last files',
      stringValue: NOTHING_LEARNED,
    });
    const { machine, poll } = new MediaStatusMachine(this, 'MediaStatus', {
      settings,
      deployment,
      accounts,
      recentFiles,
      bus,
      taggedObjects: settings.tagObjects
        ? prefixes.map((prefix) => bucket.arnForObjects(`${literalInPolicy(prefix)}*`))
        : [],
    });

    const drops = new DropQueue(this, 'Drops', { settings });
    if (props.externalIntake) requireNoIntake(props.settings);
    else if (settings.intake === 'eventbridge')
      new ObjectCreatedRule(this, 'ObjectCreated', { bucket, drops, prefixes });
    else new DropNotifications(this, 'DropNotifications', { bucket, queue: drops.queue, prefixes });
    const ingest = new IngestFunction(this, 'Ingest', {
      settings,
      deployment,
      bucket,
      drops,
      accounts,
      machine,
      recentFiles,
    });
    const reportDeadLetter = new ReportDeadLetterFunction(this, 'ReportDeadLetter', {
      settings,
      deployment,
      bucket,
      drops,
      machine,
      accounts,
    });

    if (!settings.emulated) new EventRecord(this, 'EventRecord', { bus });
    const { onCall } = new Monitoring(this, 'Monitoring', {
      settings,
      deployment,
      drops,
      machine,
      ingest,
      poll,
      reportDeadLetter,
      accounts,
    });
    new Subscriptions(this, 'Subscriptions', { settings, bus, onCall });

    const [first] = accounts;
    const outputs = {
      Path: this.node.path.slice(Stack.of(this).node.path.length + 1),
      DropBucketName: bucket.bucketName,
      EventBusName: bus.eventBusName,
      QueueUrl: drops.queue.queueUrl,
      DeadLetterQueueUrl: drops.deadLetters.queueUrl,
      TokenSecretArn: first.tokenSecret.secretArn,
      PinterestApiUrl: settings.pinterestApiUrl,
    };
    tagWithOutputs(machine, outputs, secretsByName(accounts));
    this.#deployment = deployment;
    this.bucket = bucket;
    this.accounts = accounts;
    this.eventBus = bus;
    this.tokenSecret = first.tokenSecret;
    this.stateMachine = machine;
    this.queue = drops.queue;
    this.deadLetterQueue = drops.deadLetters;
    this.alarmTopic = onCall.topic;
  }

  /**
   * Allows an identity to put files into the drop bucket. If the setting `prefix` or `accounts` is set, only keys with
   * such a prefix are allowed.
   * @param options with `account`, only the keys of this Pinterest account
   * @throws Error when there is no such account
   */
  grantDrop(identity: IGrantable, { account }: { account?: string } = {}): Grant {
    const [first, ...others] = this.accounts.filter(({ name }) => account === undefined || name === account);
    if (first === undefined) throw new Error(`The setting accounts does not contain ${account}.`);
    const put = ({ prefix }: Account) => this.bucket.grantPut(identity, `${prefix}*`);
    return others.reduce((grant, each) => grant.combine(put(each)), put(first));
  }

  /**
   * Creates a rule that sends each event `Media Upload Succeeded` to a target.
   * @param id the rule's construct id, unique in this construct
   * @param filter selects some of these events; all by default
   */
  onUploadSucceeded(id: string, target: IRuleTarget, filter: ObjectFilter = {}): Rule {
    return this.onMediaUpload(id, target, { ...filter, status: 'succeeded' });
  }

  /**
   * Creates a rule that sends each event `Media Upload Failed` to a target.
   * @param id the rule's construct id, unique in this construct
   * @param filter selects some of these events; all by default
   */
  onUploadFailed(id: string, target: IRuleTarget, filter: FailureFilter = {}): Rule {
    return this.onMediaUpload(id, target, { ...filter, status: 'failed' });
  }

  /**
   * Creates a rule that sends each final event to a target.
   * @param id the rule's construct id, unique in this construct
   * @param options selects some of the events; all by default
   */
  onMediaUpload(id: string, target: IRuleTarget, options: EventPatternOptions = {}): Rule {
    return new Rule(this, id, { eventBus: this.eventBus, eventPattern: eventPattern(options), targets: [target] });
  }

  /**
   * Returns a metric of this instance.
   * @param name one of the values of {@link METRIC}
   * @param options by default the sum over five minutes
   */
  metric(name: MetricName, options: MetricOptions = {}): Metric {
    return new Metric({
      namespace: METRIC_NAMESPACE,
      metricName: name,
      statistic: 'Sum',
      ...options,
      dimensionsMap: { service: this.#deployment, ...options.dimensionsMap },
    });
  }

  /** Number of files dropped in the bucket. */
  metricFilesDropped(options?: MetricOptions): Metric {
    return this.metric(METRIC.dropped, options);
  }

  /** Number of files that Pinterest finished processing successfully. */
  metricFilesSucceeded(options?: MetricOptions): Metric {
    return this.metric(METRIC.succeeded, options);
  }

  /** Number of files that failed. */
  metricFilesFailed(options?: MetricOptions): Metric {
    return this.metric(METRIC.failed, options);
  }

  /** Share of the finished files that failed, 0 to 1. */
  metricFailureRatio(options?: MetricOptions): Metric {
    return this.metric(METRIC.failureRatio, { statistic: 'Average', ...options });
  }

  /** Seconds from the drop to the final event, by default the median. */
  metricSecondsToCompletion(options?: MetricOptions): Metric {
    return this.metric(METRIC.secondsToCompletion, { statistic: 'p50', ...options });
  }
}

function requireNoIntake({ intake }: PindropSettings = {}): void {
  if (intake === undefined) return;
  throw new Error(
    `The setting intake ("${intake}") and the prop externalIntake exclude each other: with externalIntake, you deliver the notifications yourself.`,
  );
}

/** @throws Error when the setting `expireSucceededAfterDays` could have no effect */
function requireExpiry(
  { expireSucceededAfterDays, tagObjects }: Pick<ConstructSettings, 'expireSucceededAfterDays' | 'tagObjects'>,
  { bucket }: PindropProps,
): void {
  if (expireSucceededAfterDays === undefined) return;
  if (!tagObjects) {
    throw new Error(
      'expireSucceededAfterDays needs tagObjects: the lifecycle rule finds succeeded videos by their tag.',
    );
  }
  if (bucket) {
    throw new Error(
      'expireSucceededAfterDays is for the bucket that Pindrop creates: add the lifecycle rule to your own bucket, as docs/existing-buckets.md shows.',
    );
  }
}
