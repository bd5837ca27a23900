import { Duration } from 'aws-cdk-lib';
import type { Settings } from '../../settings.ts';

/** The timeout of the ingest function. In the maximum of 15 minutes, 2 GB can be uploaded at 2.3 MB a second. */
export const ingestTimeout = ({ uploadTimeoutMinutes }: Pick<Settings, 'uploadTimeoutMinutes'>) =>
  Duration.seconds(Math.round(uploadTimeoutMinutes * 60));
