import { Duration } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
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
 * Retries of a task whatever its error is. Full jitter draws each wait between 0 and `maxDelay`, so on average a wait is half
 * of it, and all of them together last `maxAttempts * maxDelay / 2`.
 */
const lasting = ({ maxDelay, maxAttempts }: Required<Pick<RetryProps, 'maxDelay' | 'maxAttempts'>>): RetryProps => ({
  errors: ['States.ALL'],
  interval: Duration.seconds(2),
  backoffRate: 2,
  maxDelay,
  jitterStrategy: JitterType.FULL,
  maxAttempts,
});

/** 26 hours on average, hardly ever less than 24: the sum of so many waits varies by 50 minutes. */
const FOR_A_DAY = lasting({ maxDelay: Duration.minutes(10), maxAttempts: 320 });
/** 7 days and 5 hours on average, hardly ever less than 7 days: the sum varies by 3 hours. */
const FOR_A_WEEK = lasting({ maxDelay: Duration.minutes(20), maxAttempts: 1050 });

export interface AskProps {
  stateName: string;
  /** Takes the machine's state and answers with the next one. */
  fn: IFunction;
}

/**
 * Invokes a function that may be invoked again, for a day. The function handles the faults of Pinterest itself: what fails here
 * is Lambda, or a mistake of ours.
 */
export function askForADay(scope: Construct, id: string, { stateName, fn }: AskProps): LambdaInvoke {
  const ask = new LambdaInvoke(scope, id, {
    stateName,
    lambdaFunction: fn,
    payloadResponseOnly: true,
    // CDK's own retries would come first, for some errors.
    retryOnServiceExceptions: false,
  });
  ask.addRetry(FOR_A_DAY);
  return ask;
}

export interface EmitProps {
  stateName: string;
  bus: IEventBus;
}

/**
 * Puts `$.finalEvent` on the bus, for a week, and ends the execution. An event that is not put is a file nobody hears of, and a
 * week of retries costs next to nothing.
 */
export function emitFinalEvent(scope: Construct, id: string, { stateName, bus }: EmitProps): State & INextable {
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
  emit.next(new Succeed(scope, 'Ended'));
  return emit;
}
