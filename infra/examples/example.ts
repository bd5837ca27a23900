import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Settings } from '../settings.ts';
import type { Account } from '../stack/accounts/account.ts';
import type { NodeFunction } from '../stack/function/node-function.ts';
import type { OnCall } from '../stack/monitoring/alarm.ts';

/** The settings and resources of the stack that an example can use. */
export interface ExampleProps {
  settings: Settings;
  /** The bucket in which videos are dropped. */
  bucket: IBucket;
  /** The function that uploads the videos. */
  ingest: NodeFunction;
  /** The event bus that receives the final events. */
  bus: IEventBus;
  /** The Pinterest accounts with their secrets. */
  accounts: readonly Account[];
  /** The topic and the runbook for the example's alarms. */
  onCall: OnCall;
}
