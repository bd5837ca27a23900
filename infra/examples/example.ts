import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Settings } from '../settings.ts';
import type { OnCall } from '../stack/monitoring/alarm.ts';

/** What an example may build on. */
export interface ExampleProps {
  settings: Settings;
  /** Where the final events are. */
  bus: IEventBus;
  /** Pinterest's token. */
  token: ISecret;
  /** Who is told of alarms. */
  onCall: OnCall;
}
