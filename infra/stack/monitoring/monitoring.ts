import { Aws, Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { METRIC, METRIC_NAMESPACE } from '../../../shared/upload/metrics.ts';
import { signInCommand } from '../../../shared/upload/sign-in.ts';
import type { Settings } from '../../settings.ts';
import type { Account } from '../accounts/account.ts';
import type { DropQueue } from '../drops/drop-queue.ts';
import { alarm, type OnCall, PERIOD, type Watched } from './alarm.ts';
import { AlarmTopic } from './alarm-topic.ts';
import { dashboard } from './dashboard.ts';
import type { Measured } from './measured.ts';

export interface MonitoringProps {
  settings: Pick<Settings, 'alarmEmail' | 'runbookUrl'>;
  /** The value of the dimension `service`. */
  deployment: string;
  drops: DropQueue;
  machine: StateMachine;
  ingest: IFunction;
  poll: IFunction;
  reportDeadLetter: IFunction;
  accounts: readonly Account[];
}

/** The alarms, in the order in which a file passes through Pindrop. */
function watched(props: MonitoringProps, measured: Measured): Watched[] {
  const { drops, machine, accounts } = props;
  return [
    {
      id: 'OldestMessage',
      says: 'A file has waited for an hour before its first attempt.',
      todo: "Check whether ingest's event source mapping is enabled. If many files wait, raise maxConcurrency.",
      metric: drops.queue.metricApproximateAgeOfOldestMessage({ period: PERIOD, statistic: 'Maximum' }),
      threshold: 3600,
    },
    {
      id: 'LongWait',
      says: 'Uploading a file has failed for an hour.',
      todo: 'Read `because` in the newest "to be tried again" line of the log of ingest, or run `npm run pindrop -- doctor`.',
      // ApproximateAgeOfOldestMessage cannot be used here: it does not count messages that were received more than three
      // times.
      metric: measured(METRIC.secondsWaiting, 'Maximum').with({ period: Duration.minutes(15) }),
      threshold: 3600,
    },
    {
      id: 'OwnFaults',
      says: 'Pindrop has a fault of its own: a missing permission, a failing AWS service, or a message that cannot be read.',
      todo: 'Read the newest error in the logs of ingest and report-dead-letter, and fix its cause.',
      metric: measured(METRIC.ownFaults, 'Sum').with({ period: Duration.hours(1) }),
      // A transient fault is not worth an email. A permanent fault occurs three times within the first minute.
      threshold: 3,
    },
    ...functionErrors(props),
    {
      id: 'DeadLetters',
      says: 'A message in the dead-letter queue cannot be reported, so a file may have no final event.',
      todo: 'Read the newest error in the log of report-dead-letter, and fix its cause.',
      // Not a metric of the queue: such a message is in flight nearly all the time, so it is hardly ever counted as
      // visible.
      metric: measured(METRIC.unreportedDeadLetters, 'Sum').with({ period: Duration.minutes(15) }),
      // A message is redelivered every five minutes. If its second attempt succeeds, nobody needs to act.
      threshold: 2,
    },
    {
      id: 'UntakenDeadLetters',
      says: 'A message has been in the dead-letter queue for 15 minutes, and report-dead-letter does not receive it.',
      todo: "Check whether the function's event source mapping is enabled, or deploy again.",
      section: 'DeadLetters',
      metric: drops.deadLetters.metricApproximateNumberOfMessagesVisible({ period: PERIOD, statistic: 'Maximum' }),
      threshold: 1,
      periods: 3,
    },
    {
      id: 'FailureRatio',
      says: 'A quarter or more of the files that ended within an hour failed.',
      todo: 'Run `npm run pindrop -- list` for the files, and `status UPLOAD_ID` for the reason and the fix.',
      metric: measured(METRIC.failureRatio, 'Average').with({ period: Duration.hours(1) }),
      threshold: 0.25,
    },
    {
      id: 'FailedExecutions',
      says: 'An execution failed, so a file has no final event.',
      todo: 'Read the last error of the execution in the Step Functions console, fix its cause, and redrive the execution there.',
      metric: machine.metricFailed({ period: PERIOD }),
      threshold: 1,
    },
    {
      id: 'TimedOutExecutions',
      says: 'An execution did not end within two weeks, so a file has no final event.',
      todo: 'Find the last state of the execution in the Step Functions console, fix why it did not end, and retry the upload.',
      metric: machine.metricTimedOut({ period: PERIOD }),
      threshold: 1,
    },
    {
      id: 'FailedPutEvents',
      says: 'The event bus rejects events. Pindrop sends each final event again for a week.',
      todo: 'Check whether the bus exists and whether the state machine may put events on it, or deploy again.',
      metric: new Metric({
        namespace: 'AWS/Events',
        metricName: 'PutEventsFailedEntriesCount',
        statistic: 'Sum',
        period: PERIOD,
      }),
      threshold: 1,
    },
    ...accounts.flatMap((account) => tokenAlarms(account, measured)),
  ];
}

/** The alarms for the tokens of one Pinterest account. With the setting `accounts`, each names its account. */
function tokenAlarms({ name, rotateToken }: Account, measured: Measured): Watched[] {
  const [suffix, start, dimensions] = name === undefined ? ['', ''] : [`-${name}`, `${name}: `, { account: name }];
  const signIn = `\`${signInCommand(name)}\``;
  return [
    {
      id: `RefusedToken${suffix}`,
      section: 'RefusedToken',
      says: `${start}Pinterest refuses the access token; files wait.`,
      todo: `Sign in again: ${signIn}.`,
      metric: measured(METRIC.tokenRefused, 'Sum', dimensions),
      threshold: 1,
    },
    {
      id: `FailedRotation${suffix}`,
      section: 'FailedRotation',
      says: `${start}Pinterest's tokens could not be renewed.`,
      todo: `If the log of rotate-token says "sign in again", run ${signIn}; otherwise the rotation is retried automatically.`,
      metric: rotateToken.metricErrors({ period: PERIOD }),
      threshold: 1,
    },
    {
      id: `EndingToken${suffix}`,
      section: 'EndingToken',
      says: `${start}The access token expires within 7 days.`,
      todo: `Sign in again: ${signIn}.`,
      metric: measured(METRIC.tokenDaysLeft, 'Minimum', dimensions),
      threshold: 7,
      when: 'below',
    },
  ];
}

/** The alarms for invocations that crashed, ran out of time or memory, or threw an error. */
function functionErrors({ ingest, poll, reportDeadLetter }: MonitoringProps): Watched[] {
  const functions = [
    { id: 'IngestErrors', name: 'ingest', fn: ingest },
    { id: 'PollErrors', name: 'poll', fn: poll },
    { id: 'ReportErrors', name: 'report-dead-letter', fn: reportDeadLetter },
  ];
  return functions.map(({ id, name, fn }) => ({
    id,
    says: `The function ${name} crashed, or ran out of time or memory. Its work is retried.`,
    todo: `Read the last lines of the invocation in the log of ${name}.`,
    section: 'FunctionErrors',
    metric: fn.metricErrors({ period: PERIOD }),
    threshold: 1,
  }));
}

/** The alarms, and a dashboard that shows how files pass through Pindrop. */
export class Monitoring extends Construct {
  /** Also used for the alarms of subscribers. */
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
    const { runbookUrl, alarmEmail: address } = settings;
    this.onCall = {
      runbookUrl,
      topic: address === undefined ? undefined : new AlarmTopic(this, 'AlarmNotices', { address }),
    };
    const alarms = watched(props, measured).map((each) => alarm(this, each, this.onCall));
    // The name of a dashboard must be unique in the account, across all regions.
    dashboard(this, { name: `${deployment}-${Aws.REGION}`, measured, alarms, ...props });
  }
}
