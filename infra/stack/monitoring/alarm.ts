import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

export interface Watched {
  /** Its paragraph in the runbook has this title, in words with hyphens. */
  id: string;
  /** One sentence, for someone who was woken by it. */
  says: string;
  metric: IMetric;
  threshold: number;
  /** Which side of the threshold is bad; `at-least` unless said otherwise. */
  when?: 'at-least' | 'below';
  /** Periods in a row; 1 unless said otherwise. */
  periods?: number;
}

/** Who is told of an alarm, and where they read what to do. */
export interface OnCall {
  runbookUrl: string;
  /** None when nobody gave an address. */
  notices?: ITopic | undefined;
}

export const PERIOD = Duration.minutes(5);

const COMPARISON = {
  'at-least': ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  below: ComparisonOperator.LESS_THAN_THRESHOLD,
};

/** An alarm that says what to do. */
export function alarm(
  scope: Construct,
  { id, says, metric, threshold, when = 'at-least', periods = 1 }: Watched,
  { runbookUrl, notices }: OnCall,
): Alarm {
  const anchor = id.replace(/\B[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
  const raised = new Alarm(scope, id, {
    metric,
    threshold,
    comparisonOperator: COMPARISON[when],
    evaluationPeriods: periods,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    alarmDescription: `${says} What to do: ${runbookUrl}#${anchor}`,
  });
  if (notices) {
    raised.addAlarmAction(new SnsAction(notices));
    raised.addOkAction(new SnsAction(notices));
  }
  return raised;
}

/** The alarm on a queue of events that a subscriber did not take. */
export function undeliveredEventsAlarm(scope: Construct, queue: IQueue, onCall: OnCall): Alarm {
  const metric = queue.metricApproximateNumberOfMessagesVisible({ period: PERIOD, statistic: 'Maximum' });
  const says = 'A subscriber did not take an event; it is kept for 14 days.';
  return alarm(scope, { id: 'UndeliveredEvents', says, metric, threshold: 1 }, onCall);
}
