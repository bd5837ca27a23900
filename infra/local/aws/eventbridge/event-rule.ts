import { createHash, randomUUID } from 'node:crypto';
import type { LocalFunction } from '../lambda/local-function.ts';
import type { EventEnvelope } from '../observation.ts';
import type { LocalQueues } from '../sqs/queues.ts';
import type { LocalStateMachine } from '../step-functions/state-machine.ts';
import type { Resource } from '../template/template.ts';
import type { EventTarget } from './event-deliveries.ts';
import { eventPatternMatcher } from './pattern-matcher.ts';

/** The resources that a rule can have as a target. */
export interface TargetServices {
  functions: Map<string, LocalFunction>;
  machines: LocalStateMachine[];
  queues: LocalQueues;
  /** Properties of AWS::Lambda::EventInvokeConfig by function name. */
  invokeConfigs: Map<string, Resource['properties']>;
}

interface RuleTarget {
  Id: string;
  Arn: string;
  RetryPolicy?: { MaximumRetryAttempts?: number; MaximumEventAgeInSeconds?: number };
  DeadLetterConfig?: { Arn: string };
}

const KNOWN = ['Id', 'Arn', 'RoleArn', 'RetryPolicy', 'DeadLetterConfig'];

/** EventBridge's default retry policy. @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html */
const EVENTBRIDGE = { retries: 185, ageSeconds: 24 * 3600 };
/** Lambda's default retry policy for asynchronous invocations. @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const LAMBDA = { retries: 2, ageSeconds: 6 * 3600, firstWaitSeconds: 60, secondWaitSeconds: 120 };

/**
 * Reads the targets of a rule.
 * @throws Error that names the part of the rule that the local runtime does not know
 */
export function eventTargets({ logicalId, name, properties }: Resource, services: TargetServices): EventTarget[] {
  const { EventPattern, EventBusName = 'default', State = 'ENABLED', Targets = [] } = properties;
  if (!EventPattern) throw new Error(`The rule ${logicalId} has no event pattern.`);
  const matches = eventPatternMatcher(EventPattern);
  if (State === 'DISABLED') return [];
  return (Targets as RuleTarget[]).map((target) => {
    const unknown = Object.keys(target).find((key) => !KNOWN.includes(key));
    if (unknown) throw new Error(`The local runtime does not know the property ${unknown} of a target (${logicalId}).`);
    return {
      name: `${name}/${target.Id}`,
      busName: String(EventBusName).split('/').at(-1) ?? '',
      matches,
      ...destination(target, logicalId, services),
    };
  });
}

type Destination = Omit<EventTarget, 'name' | 'busName' | 'matches'>;

function destination(target: RuleTarget, rule: string, services: TargetServices): Destination {
  const fn = services.functions.get(target.Arn);
  if (fn) return functionDestination(fn, rule, services);
  const deadLetters = target.DeadLetterConfig?.Arn;
  const keep = deadLetters === undefined ? undefined : sender(deadLetters, rule, services);
  const policy: Omit<Destination, 'deliver'> = {
    maximumRetries: target.RetryPolicy?.MaximumRetryAttempts ?? EVENTBRIDGE.retries,
    maximumAgeSeconds: target.RetryPolicy?.MaximumEventAgeInSeconds ?? EVENTBRIDGE.ageSeconds,
    waitSeconds: (retry) => Math.min(600, 2 ** retry),
    ...(keep && { deadLetter: (envelope) => keep(envelope) }),
  };
  const machine = services.machines.find(({ arn }) => arn === target.Arn);
  if (machine) {
    return {
      ...policy,
      // The name comes from the delivery ID. A delivery repeated after a kill finds the execution that it started.
      deliver: (envelope, deliveryId) => machine.startOnce(executionName(deliveryId), JSON.stringify(envelope)),
    };
  }
  if (target.Arn.split(':')[2] !== 'sqs')
    throw new Error(`The local runtime does not know the target ${target.Arn} (${rule}).`);
  return { ...policy, deliver: sender(target.Arn, rule, services) };
}

/**
 * Returns a function that sends a message to a queue of this stack.
 * @throws Error when the stack has no such queue. Without this check, its events would be retried for a day
 */
function sender(arn: string, rule: string, { queues }: TargetServices): (body: unknown) => void {
  if (!queues.has(arn)) {
    throw new Error(`The local runtime does not know the queue ${arn} (${rule}): it is not of this stack.`);
  }
  return (body) => queues.send(arn, JSON.stringify(body));
}

const executionName = (deliveryId: string) => createHash('sha256').update(deliveryId).digest('hex').slice(0, 32);

/**
 * A function as a target. For EventBridge, an event is delivered as soon as Lambda accepts it. When the function fails,
 * the function's own EventInvokeConfig defines the retries and the dead-letter destination.
 */
function functionDestination(fn: LocalFunction, rule: string, services: TargetServices): Destination {
  const config = services.invokeConfigs.get(fn.definition.name) ?? {};
  const onFailure: string | undefined = config['DestinationConfig']?.OnFailure?.Destination;
  const keep = onFailure === undefined ? undefined : sender(onFailure, rule, services);
  return {
    deliver: async (envelope) => void (await fn.invoke(envelope)),
    maximumRetries: config['MaximumRetryAttempts'] ?? LAMBDA.retries,
    maximumAgeSeconds: config['MaximumEventAgeInSeconds'] ?? LAMBDA.ageSeconds,
    waitSeconds: (retry) => (retry === 1 ? LAMBDA.firstWaitSeconds : LAMBDA.secondWaitSeconds),
    ...(keep && {
      deadLetter: (envelope, attempts, error) => keep(failureRecord(fn.definition.arn, envelope, attempts, error)),
    }),
  };
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
const failureRecord = (functionArn: string, requestPayload: EventEnvelope, attempts: number, error: Error) => ({
  version: '1.0',
  timestamp: new Date().toISOString(),
  requestContext: {
    requestId: randomUUID(),
    functionArn: `${functionArn}:$LATEST`,
    condition: 'RetriesExhausted',
    approximateInvokeCount: attempts,
  },
  requestPayload,
  responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
  responsePayload: { errorMessage: error.message, errorType: error.name },
});
