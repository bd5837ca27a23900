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
import { GATE_OPEN, NOTHING_LEARNED } from '../../shared/upload/initial-parameters.ts';
import { METRIC, METRIC_NAMESPACE, type MetricName } from '../../shared/upload/metrics.ts';
import { type ConstructSettings, readConstructSettings } from '../settings.ts';
import { DropBucket } from './drops/drop-bucket.ts';
import { DropNotifications } from './drops/drop-notifications.ts';
import { DropQueue } from './drops/drop-queue.ts';
import { IngestFunction, literalInPolicy } from './drops/ingest-function.ts';
import { ReportDeadLetterFunction } from './drops/report-dead-letter-function.ts';
import { EventRecord } from './events/event-record.ts';
import { Subscriptions } from './events/subscriptions.ts';
import { Monitoring } from './monitoring/monitoring.ts';
import type { PindropSettings } from './pindrop-settings.ts';
import { MediaStatusMachine } from './status/media-status-machine.ts';
import { tagWithOutputs } from './status/output-tags.ts';
import { TokenRotation } from './tokens/token-rotation.ts';
import { TokenSecret } from './tokens/token-secret.ts';

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
   * The event bus that receives the final events.
   * @default - a new bus
   */
  eventBus?: IEventBus;
  /**
   * The secret with Pinterest's tokens. Pindrop rotates it.
   * @default - a new secret without tokens, which is kept when the stack is deleted
   */
  tokenSecret?: ISecret;
}

/** Uploads each video that is dropped in a bucket to Pinterest, and puts one final event for it on a bus. */
export class Pindrop extends Construct {
  /** The bucket in which videos are dropped. */
  readonly bucket: IBucket;
  /** The event bus that receives the final events. */
  readonly eventBus: IEventBus;
  /** The secret with Pinterest's tokens. */
  readonly tokenSecret: ISecret;
  /** The state machine that runs one execution for each upload. */
  readonly stateMachine: IStateMachine;
  /** The queue of the drops that wait for their upload. */
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
  readonly #prefix: string;

  /** @throws Error that names each setting that is unknown or ill-typed */
  constructor(scope: Construct, id: string, props: PindropProps = {}) {
    super(scope, id);
    const settings = readConstructSettings(props.settings ?? {});
    requireExpiry(settings, props);
    // Distinguishes the instances in an account: it contains the stack's name and the construct's path in the stack.
    const deployment = Names.uniqueResourceName(this, { maxLength: 60 });

    const token = props.tokenSecret ?? new TokenSecret(this, 'Token');
    const { rotateToken } = new TokenRotation(this, 'TokenRotation', {
      settings,
      token,
      scheduled: !settings.emulated,
    });
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
      token,
      recentFiles,
      bus,
      taggedObjects: settings.tagObjects ? [bucket.arnForObjects(`${literalInPolicy(settings.prefix)}*`)] : [],
    });

    const gate = new StringParameter(this, 'RateLimitGate', {
      description: 'Until when Pindrop asks Pinterest for no registration',
      stringValue: GATE_OPEN,
    });

    const drops = new DropQueue(this, 'Drops', { settings });
    new DropNotifications(this, 'DropNotifications', { bucket, queue: drops.queue, prefix: settings.prefix });
    const ingest = new IngestFunction(this, 'Ingest', {
      settings,
      deployment,
      bucket,
      drops,
      token,
      machine,
      gate,
      recentFiles,
    });
    const reportDeadLetter = new ReportDeadLetterFunction(this, 'ReportDeadLetter', { deployment, drops, machine });

    if (!settings.emulated) new EventRecord(this, 'EventRecord', { bus });
    const { onCall } = new Monitoring(this, 'Monitoring', {
      settings,
      deployment,
      drops,
      machine,
      ingest,
      poll,
      reportDeadLetter,
      rotateToken,
    });
    new Subscriptions(this, 'Subscriptions', { settings, bus, onCall });

    tagWithOutputs(machine, {
      Path: this.node.path.slice(Stack.of(this).node.path.length + 1),
      DropBucketName: bucket.bucketName,
      EventBusName: bus.eventBusName,
      QueueUrl: drops.queue.queueUrl,
      DeadLetterQueueUrl: drops.deadLetters.queueUrl,
      TokenSecretArn: token.secretArn,
      PinterestApiUrl: settings.pinterestApiUrl,
    });
    this.#deployment = deployment;
    this.#prefix = settings.prefix;
    this.bucket = bucket;
    this.eventBus = bus;
    this.tokenSecret = token;
    this.stateMachine = machine;
    this.queue = drops.queue;
    this.deadLetterQueue = drops.deadLetters;
    this.alarmTopic = onCall.topic;
  }
  /**
   * Allows an identity to put files into the drop bucket. If the setting `prefix` is set, only keys with it are
   * allowed.
   */
  grantDrop(identity: IGrantable): Grant {
    return this.bucket.grantPut(identity, `${this.#prefix}*`);
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
