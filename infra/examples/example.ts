import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Settings } from '../settings.ts';
import type { OnCall } from '../stack/monitoring/alarm.ts';

/** The settings and resources of the stack that an example can use. */
export interface ExampleProps {
  settings: Settings;
  /** The event bus that receives the final events. */
  bus: IEventBus;
  /** The secret with Pinterest's tokens. */
  token: ISecret;
  /** The topic and the runbook for the example's alarms. */
  onCall: OnCall;
}
