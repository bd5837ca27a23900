import { Names } from 'aws-cdk-lib';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { GATE_OPEN, NOTHING_LEARNED } from '../../shared/upload/initial-parameters.ts';
import { readSettings, type SettingsInput } from '../settings.ts';
import { DropBucket, tellQueueOfDrops } from './drops/drop-bucket.ts';
import { DropQueue } from './drops/drop-queue.ts';
import { IngestFunction } from './drops/ingest-function.ts';
import { ReportDeadLetterFunction } from './drops/report-dead-letter-function.ts';
import { EventRecord } from './events/event-record.ts';
import { Subscriptions } from './events/subscriptions.ts';
import type { OnCall } from './monitoring/alarm.ts';
import { Monitoring } from './monitoring/monitoring.ts';
import { MediaStatusMachine } from './status/media-status-machine.ts';
import { TokenRotation } from './tokens/token-rotation.ts';
import { TokenSecret } from './tokens/token-secret.ts';

export interface PindropProps {
  /** What docs/settings.md names; each has a default. */
  settings?: SettingsInput;
  /** Where videos are dropped; by default a bucket of its own. Switch its versions on, or overwritten files are not uploaded. */
  bucket?: IBucket;
  /** Where final events are put; by default a bus of its own. */
  eventBus?: IEventBus;
  /** Holds Pinterest's tokens and is rotated; by default a secret of its own, that nobody has signed in for yet. */
  tokenSecret?: ISecret;
}

/** Uploads each video that is dropped in a bucket to Pinterest, and puts one final event for it on a bus. */
export class Pindrop extends Construct {
  readonly bucket: IBucket;
  readonly eventBus: IEventBus;
  readonly tokenSecret: ISecret;
  readonly stateMachine: IStateMachine;
  readonly queue: IQueue;
  readonly deadLetterQueue: IQueue;
  /** Who is told of alarms. */
  readonly onCall: OnCall;

  /** @throws Error naming each setting that is unknown or ill-typed */
  constructor(scope: Construct, id: string, props: PindropProps = {}) {
    super(scope, id);
    const settings = readSettings(props.settings ?? {});
    // Tells several of them in one account apart, in what they measure.
    const deployment = Names.uniqueResourceName(this, { maxLength: 60 });

    const token = props.tokenSecret ?? new TokenSecret(this, 'Token');
    const { rotateToken } = new TokenRotation(this, 'TokenRotation', {
      settings,
      token,
      scheduled: !settings.emulated,
    });
    const bus = props.eventBus ?? new EventBus(this, 'EventBus', { description: 'Final events of Pindrop' });
    const recentFiles = new StringParameter(this, 'RecentFiles', {
      description: 'How long Pinterest took for the last files',
      stringValue: NOTHING_LEARNED,
    });
    const { machine } = new MediaStatusMachine(this, 'MediaStatus', { settings, deployment, token, recentFiles, bus });

    const gate = new StringParameter(this, 'RateLimitGate', {
      description: 'Until when Pindrop asks Pinterest for no registration',
      stringValue: GATE_OPEN,
    });

    const drops = new DropQueue(this, 'Drops', { settings });
    const bucket = props.bucket ?? new DropBucket(this, 'DropBucket');
    tellQueueOfDrops(bucket, drops.queue, settings.prefix);
    new IngestFunction(this, 'Ingest', { settings, deployment, bucket, drops, token, machine, gate, recentFiles });
    new ReportDeadLetterFunction(this, 'ReportDeadLetter', { deployment, drops, machine });

    if (!settings.emulated) new EventRecord(this, 'EventRecord', { bus });
    const { onCall } = new Monitoring(this, 'Monitoring', { settings, deployment, drops, machine, rotateToken });
    new Subscriptions(this, 'Subscriptions', { settings, bus, onCall });

    this.bucket = bucket;
    this.eventBus = bus;
    this.tokenSecret = token;
    this.stateMachine = machine;
    this.queue = drops.queue;
    this.deadLetterQueue = drops.deadLetters;
    this.onCall = onCall;
  }
}
