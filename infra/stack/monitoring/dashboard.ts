import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { FAILURE_REASONS } from '../../../shared/events/names.ts';
import { METRIC, type MetricName } from '../../../shared/upload/metrics.ts';
import type { Account } from '../accounts/account.ts';
import type { DropQueue } from '../drops/drop-queue.ts';
import type { Measured } from './measured.ts';

export interface DashboardProps {
  name: string;
  measured: Measured;
  alarms: Alarm[];
  drops: DropQueue;
  accounts: readonly Account[];
}

const COLUMN = 6;

const graph = (title: string, left: IMetric[], more: { right?: IMetric[]; stacked?: boolean } = {}) =>
  new GraphWidget({ title, left, width: COLUMN, height: 6, ...more });

const text = (markdown: string) => new TextWidget({ markdown, width: COLUMN, height: 2 });

/**
 * Creates the dashboard. Its top rows follow the files from left to right: dropped, waiting, uploading, ended.
 * The rows below show sizes, durations, failures, polls, the rate limit, the access token and the alarms.
 */
export function dashboard(scope: Construct, { name, measured, alarms, drops, accounts }: DashboardProps): Dashboard {
  const ofEachAccount = (metric: MetricName, statistic: string) =>
    accounts.map(({ name: account }) =>
      account === undefined
        ? measured(metric, statistic)
        : measured(metric, statistic, { account }).with({ label: `${metric} ${account}` }),
    );
  const story: IWidget[][] = [
    [
      text('## 1 Dropped\nFiles that were put in the bucket.'),
      text('## 2 Waiting\nFiles in the queue, and how long the oldest has waited.'),
      text('## 3 Uploading\nFiles registered at Pinterest, and files uploaded.'),
      text('## 4 Ended\nFiles with their final event.'),
    ],
    [
      graph('Files dropped', [measured(METRIC.dropped, 'Sum')]),
      graph(
        'Files waiting',
        [
          drops.queue.metricApproximateNumberOfMessagesVisible({ label: 'ready' }),
          drops.queue.metricApproximateNumberOfMessagesNotVisible({
            label: 'in progress, or waiting for another attempt',
          }),
        ],
        {
          right: [
            drops.queue.metricApproximateAgeOfOldestMessage({ label: 'age of the oldest ready message (s)' }),
            measured(METRIC.secondsWaiting, 'Maximum').with({
              label: 'longest time since the drop of a retried file (s)',
            }),
          ],
        },
      ),
      graph('Files uploaded', [measured(METRIC.registered, 'Sum'), measured(METRIC.uploaded, 'Sum')]),
      graph('Files ended', [measured(METRIC.succeeded, 'Sum'), measured(METRIC.failed, 'Sum')]),
    ],
    [
      graph('Bytes uploaded', [measured(METRIC.bytesUploaded, 'Sum')]),
      graph('Seconds from drop to upload', [
        measured(METRIC.secondsToUpload, 'p50'),
        measured(METRIC.secondsToUpload, 'p95'),
      ]),
      graph('Seconds from drop to final event', [
        measured(METRIC.secondsToCompletion, 'p50'),
        measured(METRIC.secondsToCompletion, 'p95'),
      ]),
      graph(
        'Files failed, by reason',
        FAILURE_REASONS.map((reason) => measured(METRIC.failed, 'Sum', { reason }).with({ label: reason })),
        { stacked: true },
      ),
    ],
    [
      graph('Polls for each file', [
        measured(METRIC.pollsPerFile, 'Average'),
        measured(METRIC.pollsPerFile, 'Maximum'),
      ]),
      graph("Pinterest's rate limit", ofEachAccount(METRIC.rateLimited, 'Sum'), {
        right: ofEachAccount(METRIC.quotaLeft, 'Minimum'),
      }),
      graph('Access token: days left, and refusals', ofEachAccount(METRIC.tokenDaysLeft, 'Minimum'), {
        right: ofEachAccount(METRIC.tokenRefused, 'Sum'),
      }),
      new AlarmStatusWidget({ title: 'Alarms: each says what to do', alarms, width: COLUMN, height: 6 }),
    ],
  ];
  return new Dashboard(scope, 'Dashboard', { dashboardName: name, widgets: story });
}
