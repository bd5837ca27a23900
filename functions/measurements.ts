import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { FinalEventDetail } from '../shared/events/events.ts';
import type { PinterestClientOptions } from '../shared/pinterest/pinterest-client.ts';
import { type TokenSecretValue, tokenDaysLeft } from '../shared/pinterest/token-secret.ts';
import { METRIC, METRIC_NAMESPACE, type MetricName } from '../shared/upload/metrics.ts';

const UNITS: Partial<Record<MetricName, (typeof MetricUnit)[keyof typeof MetricUnit]>> = {
  [METRIC.bytesUploaded]: MetricUnit.Bytes,
  [METRIC.secondsToUpload]: MetricUnit.Seconds,
  [METRIC.secondsWaiting]: MetricUnit.Seconds,
  [METRIC.secondsToCompletion]: MetricUnit.Seconds,
  [METRIC.failureRatio]: MetricUnit.NoUnit,
  [METRIC.tokenDaysLeft]: MetricUnit.NoUnit,
};

/** Records one measurement. */
export type Measure = (name: MetricName, value?: number) => void;

/** A function's measurements, written to its log in CloudWatch's embedded metric format. */
export class Measurements {
  readonly metrics: Metrics;

  /** @param deployment distinguishes several Pindrops in one account */
  constructor(deployment: string) {
    this.metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: deployment });
  }

  readonly measure: Measure = (name, value = 1) => this.metrics.addMetric(name, UNITS[name] ?? MetricUnit.Count, value);

  /** Measures the final event of a file. Call it once for each file. */
  ended(detail: FinalEventDetail): void {
    const { timeline, polls, status } = detail;
    const seconds = (Date.parse(timeline.completedAt) - Date.parse(timeline.droppedAt)) / 1000;
    this.measure(METRIC.failureRatio, status === 'failed' ? 1 : 0);
    this.measure(METRIC.secondsToCompletion, seconds);
    this.measure(METRIC.pollsPerFile, polls);
    this.measure(status === 'failed' ? METRIC.failed : METRIC.succeeded);
    if (status !== 'failed') return;
    const byReason = this.metrics.singleMetric();
    byReason.addDimension('reason', detail.failure.reason);
    byReason.addMetric(METRIC.failed, MetricUnit.Count, 1);
  }

  /** Measures the rate limit from a response's status and headers. */
  readonly answered: NonNullable<PinterestClientOptions['onAnswer']> = ({ status, rateLimit }) => {
    if (status === 429) this.measure(METRIC.rateLimited);
    if (rateLimit.remaining !== undefined) this.measure(METRIC.quotaLeft, rateLimit.remaining);
  };

  /** Measures the days that the secret's token has left. */
  readonly tokenRead = (secret: TokenSecretValue): void => {
    const days = tokenDaysLeft(secret, new Date());
    if (days !== undefined) this.measure(METRIC.tokenDaysLeft, days);
  };
}
