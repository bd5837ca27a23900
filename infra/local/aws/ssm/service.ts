import type { LocalService, StackContext } from '../local-service.ts';
import { localParameters } from './parameters.ts';

/** Starts the template's parameters. */
export function startSsm({ ofType, endpoint, database }: StackContext): LocalService {
  const parameters = ofType('AWS::SSM::Parameter').map(({ name, properties }) => [name, properties['Value']] as const);
  endpoint.services.set('AmazonSSM', localParameters(database, new Map(parameters)));
  return {};
}
