import { Duration } from 'aws-cdk-lib';
import type { Settings } from '../../settings.ts';

/** At the longest, 15 minutes, 2 GB pass at 2.3 MB a second. */
export const ingestTimeout = ({ uploadTimeoutMinutes }: Pick<Settings, 'uploadTimeoutMinutes'>) =>
  Duration.seconds(Math.round(uploadTimeoutMinutes * 60));
