import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

export interface Watched {
  /** The alarm's id. */
  id: string;
  /** One sentence that says what happened, for a person whom the alarm woke up. */
  says: string;
  /** One or two sentences that say what to do first. They help without the runbook. */
  todo: string;
  metric: IMetric;
  threshold: number;
  /**
   * The id of the runbook section. The anchor is this id in lower case, with hyphens between its words.
   * @default the alarm's id
   */
  section?: string;
  /**
   * The side of the threshold on which the alarm is raised.
   * @default 'at-least'
   */
  when?: 'at-least' | 'below';
  /**
   * The number of consecutive periods that must breach the threshold.
   * @default 1
   */
  periods?: number;
}

/** The topic that is notified of alarms, and the runbook that says what to do. */
export interface OnCall {
  runbookUrl: string;
  /**
   * Receives the alarms.
   * @default - nobody is notified
   */
  topic?: ITopic;
}

export const PERIOD = Duration.minutes(5);

const COMPARISON = {
  'at-least': ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  below: ComparisonOperator.LESS_THAN_THRESHOLD,
};

/** Creates an alarm whose description says what to do. */
export function alarm(
  scope: Construct,
  { id, says, todo, metric, threshold, section = id, when = 'at-least', periods = 1 }: Watched,
  { runbookUrl, topic }: OnCall,
): Alarm {
  const anchor = section.replace(/\B[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
  const raised = new Alarm(scope, id, {
    metric,
    threshold,
    comparisonOperator: COMPARISON[when],
    evaluationPeriods: periods,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    alarmDescription: `${says} What to do: ${todo} More: ${runbookUrl}#${anchor}`,
  });
  if (topic) {
    raised.addAlarmAction(new SnsAction(topic));
    raised.addOkAction(new SnsAction(topic));
  }
  return raised;
}

/** Creates the alarm for a dead-letter queue of events that a subscriber did not accept. */
export function undeliveredEventsAlarm(scope: Construct, queue: IQueue, onCall: OnCall): Alarm {
  const watched = {
    id: 'UndeliveredEvents',
    says: 'A subscriber did not accept an event. The event is kept for 14 days.',
    todo: "Fix the error in the subscriber's log, then run `npm run pindrop -- redrive`.",
    // Nothing receives from this queue, so its messages stay visible.
    metric: queue.metricApproximateNumberOfMessagesVisible({ period: PERIOD, statistic: 'Maximum' }),
    threshold: 1,
  };
  return alarm(scope, watched, onCall);
}
