import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { MetricName } from '../../../shared/upload/metrics.ts';

/** What Pindrop's functions measure, as CloudWatch's metrics. */
export type Measured = (name: MetricName, statistic: string, dimensions?: Record<string, string>) => Metric;
