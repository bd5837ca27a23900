import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { MiddlewareObj } from '@middy/core';
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
  readonly #metrics: Metrics;
  readonly #account: string | undefined;
  readonly #ofAccount: Map<string, Measurements>;

  /**
   * @param deployment distinguishes several Pindrops in one AWS account
   * @param accounts the names of the Pinterest accounts; empty without the setting `accounts`
   */
  constructor(deployment: string, accounts: string[] = [], account?: string) {
    this.#metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: deployment });
    this.#account = account;
    this.#ofAccount = new Map(accounts.map((name) => [name, new Measurements(deployment, [], name)]));
  }

  /** Middleware that writes the measurements at the end of an invocation, also if it fails. */
  written(): MiddlewareObj {
    const write = () => this.write();
    return { after: write, onError: write };
  }

  /** Writes the measurements to the log. Writes nothing for an account without measurements. */
  write(): void {
    if (this.#metrics.hasStoredMetrics()) this.#metrics.publishStoredMetrics();
    for (const account of this.#ofAccount.values()) account.write();
  }

  /**
   * The measurements of a Pinterest account. Each counts twice: with the dimension `account`, and without it as part of
   * the whole deployment.
   * @returns the measurements of the deployment when the account is undefined or unknown
   */
  of(account: string | undefined): Measurements {
    return this.#ofAccount.get(account ?? '') ?? this;
  }

  readonly measure: Measure = (name, value = 1) => {
    // Writing the measurements clears the dimensions.
    if (this.#account !== undefined && !this.#metrics.hasStoredMetrics()) {
      this.#metrics.addDimensions({}).addDimensions({ account: this.#account });
    }
    this.#metrics.addMetric(name, UNITS[name] ?? MetricUnit.Count, value);
  };

  /** Measures the final event of a file. Call it once for each file. */
  ended(detail: FinalEventDetail): void {
    const { timeline, polls, status } = detail;
    const seconds = (Date.parse(timeline.completedAt) - Date.parse(timeline.droppedAt)) / 1000;
    this.measure(METRIC.failureRatio, status === 'failed' ? 1 : 0);
    this.measure(METRIC.secondsToCompletion, seconds);
    this.measure(METRIC.pollsPerFile, polls);
    this.measure(status === 'failed' ? METRIC.failed : METRIC.succeeded);
    if (status !== 'failed') return;
    const byReason = this.#metrics.singleMetric();
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
