import type { LocalService, StackContext } from '../local-service.ts';
import { type DefaultBus, type EventBuses, localEventBuses } from './event-bus.ts';
import { EventDeliveries } from './event-deliveries.ts';
import { eventTargets, type TargetServices } from './event-rule.ts';

export interface EventBridge extends LocalService {
  buses: EventBuses;
  defaultBus: DefaultBus;
  deliveries: EventDeliveries;
}

/** Starts the template's event buses. `startEventRules` adds their rules after the rules' targets have started. */
export function startEventBridge({ ofType, environment, endpoint, database, observe }: StackContext): EventBridge {
  const names = ofType('AWS::Events::EventBus').map(({ name }) => name);
  const deliveries = new EventDeliveries(database, observe);
  const { buses, defaultBus } = localEventBuses(database, { names, ...environment }, deliveries, observe);
  endpoint.services.set('AWSEvents', buses.service);
  return { buses, defaultBus, deliveries, recover: () => buses.recover() };
}

/**
 * Starts the template's rules. The targets of the rules must have started before.
 * @throws Error that names the part of a rule that the local runtime does not know
 */
export function startEventRules(
  { ofType }: StackContext,
  deliveries: EventDeliveries,
  targets: Omit<TargetServices, 'invokeConfigs'>,
): LocalService {
  const configs = ofType('AWS::Lambda::EventInvokeConfig');
  const invokeConfigs = new Map(configs.map(({ properties }) => [properties['FunctionName'], properties]));
  for (const rule of ofType('AWS::Events::Rule')) {
    for (const target of eventTargets(rule, { ...targets, invokeConfigs })) deliveries.add(target);
  }
  return {
    recover: () => deliveries.start(),
    unfinished: () => deliveries.unfinished(),
    stop: () => deliveries.stop(),
  };
}
