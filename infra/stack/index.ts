/** The package's main entry: the construct that deploys Pindrop into your own CDK app. */

export { METRIC, METRIC_NAMESPACE, type MetricName } from '../../shared/upload/metrics.ts';
export type { Account } from './accounts/account.ts';
export { Pindrop, type PindropProps } from './pindrop.ts';
export type { PindropSettings } from './pindrop-settings.ts';
