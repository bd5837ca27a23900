import { Duration } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  type IChainable,
  type INextable,
  JitterType,
  JsonPath,
  type RetryProps,
  type State,
  Succeed,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import { EventBridgePutEvents, LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { EVENT_SOURCE } from '../../../shared/events/names.ts';

/**
 * Retries a task after any error. Full jitter draws each wait between 0 and `maxDelay`, so the average wait is half of
 * `maxDelay`. All waits together last `maxAttempts * maxDelay / 2` on average.
 */
const lasting = ({ maxDelay, maxAttempts }: Required<Pick<RetryProps, 'maxDelay' | 'maxAttempts'>>): RetryProps => ({
  errors: ['States.ALL'],
  interval: Duration.seconds(2),
  backoffRate: 2,
  maxDelay,
  jitterStrategy: JitterType.FULL,
  maxAttempts,
});

/**
 * 26 hours on average, hardly ever less than 24. The standard deviation of the sum of the waits is about 50 minutes.
 */
const FOR_A_DAY = lasting({ maxDelay: Duration.minutes(10), maxAttempts: 320 });
/** 7 days and 5 hours on average, hardly ever less than 7 days. The standard deviation of the sum is about 3 hours. */
const FOR_A_WEEK = lasting({ maxDelay: Duration.minutes(20), maxAttempts: 1050 });

export interface AskProps {
  stateName: string;
  /** Receives the state machine's data and returns the data of the next step. */
  fn: IFunction;
}

/**
 * Invokes an idempotent function, and retries failed invocations for a day. The function handles the faults of
 * Pinterest itself. A failed invocation is therefore a fault of Lambda or a mistake of ours.
 */
export function askForADay(scope: Construct, id: string, { stateName, fn }: AskProps): LambdaInvoke {
  const ask = new LambdaInvoke(scope, id, {
    stateName,
    lambdaFunction: fn,
    payloadResponseOnly: true,
    // CDK's own retries would take precedence for some errors.
    retryOnServiceExceptions: false,
  });
  ask.addRetry(FOR_A_DAY);
  return ask;
}

export interface EmitProps {
  stateName: string;
  bus: IEventBus;
  /** The states that follow the event. They must catch every error. @default - the execution ends */
  after?: IChainable;
}

/**
 * Puts `$.finalEvent` on the bus, retrying for a week, and then ends the execution. Without the event nobody learns the
 * result of the upload, and a week of retries costs almost nothing.
 */
export function emitFinalEvent(scope: Construct, id: string, { stateName, bus, after }: EmitProps): State & INextable {
  const emit = new EventBridgePutEvents(scope, id, {
    stateName,
    entries: [
      {
        source: EVENT_SOURCE,
        eventBus: bus,
        detailType: JsonPath.stringAt('$.finalEvent.detailType'),
        detail: TaskInput.fromJsonPathAt('$.finalEvent.detail'),
      },
    ],
    resultPath: JsonPath.DISCARD,
  });
  emit.addRetry(FOR_A_WEEK);
  emit.next(after ?? new Succeed(scope, 'Ended'));
  return emit;
}
