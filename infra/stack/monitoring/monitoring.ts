import { Duration, Names } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { METRIC, METRIC_NAMESPACE } from '../../../shared/upload/metrics.ts';
import type { Settings } from '../../settings.ts';
import type { DropQueue } from '../drops/drop-queue.ts';
import { NoticeTopic } from '../events/notice-topic.ts';
import { alarm, type OnCall, PERIOD, type Watched } from './alarm.ts';
import { dashboard } from './dashboard.ts';
import type { Measured } from './measured.ts';

export interface MonitoringProps {
  settings: Pick<Settings, 'alarmEmail' | 'runbookUrl'>;
  /** The value of the dimension `service`. */
  deployment: string;
  drops: DropQueue;
  machine: StateMachine;
  rotateToken: IFunction;
}

/** Everything that a person is told of, in the order of a file's way. */
function watched({ drops, machine, rotateToken }: MonitoringProps, measured: Measured): Watched[] {
  return [
    {
      id: 'OldestMessage',
      says: 'A file has waited for an hour for being taken up.',
      metric: drops.queue.metricApproximateAgeOfOldestMessage({ period: PERIOD, statistic: 'Maximum' }),
      threshold: 3600,
    },
    {
      id: 'LongWait',
      says: 'A file has been tried for an hour, and something keeps it from being uploaded.',
      // SQS leaves messages out of the age above that were received more than three times.
      metric: measured(METRIC.secondsWaiting, 'Maximum').with({ period: Duration.minutes(15) }),
      threshold: 3600,
    },
    {
      id: 'DeadLetters',
      says: 'A message could not even be reported as failed, so a file may be without its final event.',
      metric: drops.deadLetters.metricApproximateNumberOfMessagesVisible({ period: PERIOD, statistic: 'Maximum' }),
      threshold: 1,
      // report-dead-letter takes what it can within a minute or two.
      periods: 3,
    },
    {
      id: 'FailureRatio',
      says: 'A quarter or more of the files of an hour failed.',
      metric: measured(METRIC.failureRatio, 'Average').with({ period: Duration.hours(1) }),
      threshold: 0.25,
    },
    {
      id: 'FailedExecutions',
      says: 'An execution failed, so a file is without its final event.',
      metric: machine.metricFailed({ period: PERIOD }),
      threshold: 1,
    },
    {
      id: 'TimedOutExecutions',
      says: 'An execution did not end in two weeks, so a file is without its final event.',
      metric: machine.metricTimedOut({ period: PERIOD }),
      threshold: 1,
    },
    {
      id: 'FailedPutEvents',
      says: 'The event bus refuses final events; they are put again and again for days.',
      metric: new Metric({
        namespace: 'AWS/Events',
        metricName: 'PutEventsFailedEntriesCount',
        statistic: 'Sum',
        period: PERIOD,
      }),
      threshold: 1,
    },
    {
      id: 'RefusedToken',
      says: 'Pinterest refuses the access token; files wait.',
      metric: measured(METRIC.tokenRefused, 'Sum'),
      threshold: 1,
    },
    {
      id: 'FailedRotation',
      says: "Pinterest's tokens could not be renewed.",
      metric: rotateToken.metricErrors({ period: PERIOD }),
      threshold: 1,
    },
    {
      id: 'EndingToken',
      says: 'The access token ends within 7 days.',
      metric: measured(METRIC.tokenDaysLeft, 'Minimum'),
      threshold: 7,
      when: 'below',
    },
  ];
}

/** Alarms that say what to do, and a dashboard that tells the files' story. */
export class Monitoring extends Construct {
  /** For the alarms of whatever stands beside Pindrop, too. */
  readonly onCall: OnCall;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { settings, deployment } = props;
    const measured: Measured = (metricName, statistic, dimensions = {}) =>
      new Metric({
        namespace: METRIC_NAMESPACE,
        metricName,
        statistic,
        period: PERIOD,
        dimensionsMap: { service: deployment, ...dimensions },
      });
    this.onCall = { runbookUrl: settings.runbookUrl, notices: this.#notices(settings.alarmEmail) };
    const alarms = watched(props, measured).map((each) => alarm(this, each, this.onCall));
    dashboard(this, { name: Names.uniqueResourceName(scope, { maxLength: 80 }), measured, alarms, ...props });
  }

  #notices(alarmEmail: string | undefined): NoticeTopic | undefined {
    if (alarmEmail === undefined) return undefined;
    const topic = new NoticeTopic(this, 'AlarmNotices', { displayName: 'Pindrop alarms' });
    topic.addSubscription(new EmailSubscription(alarmEmail));
    return topic;
  }
}
