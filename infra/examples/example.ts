import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Settings } from '../settings.ts';
import type { OnCall } from '../stack/monitoring/alarm.ts';

/** What an example can build on. */
export interface ExampleProps {
  settings: Settings;
  /** The bus of the final events. */
  bus: IEventBus;
  /** Pinterest's token. */
  token: ISecret;
  /** Receives the alarms. */
  onCall: OnCall;
}
