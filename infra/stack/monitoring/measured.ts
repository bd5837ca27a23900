import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { MetricName } from '../../../shared/upload/metrics.ts';

/** Returns the CloudWatch metric for a measurement of Pindrop's functions. */
export type Measured = (name: MetricName, statistic: string, dimensions?: Record<string, string>) => Metric;
