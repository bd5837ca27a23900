import type { LocalFunction } from '../lambda/local-function.ts';
import type { LocalService, StackContext } from '../local-service.ts';
import type { Resource } from '../template/template.ts';
import { LocalRotation, type RotationSchedule } from './rotation.ts';
import { LocalSecrets, type SecretHome } from './secrets.ts';

export interface SecretsManager extends LocalService {
  secrets: LocalSecrets;
  rotationOf(arn: string): LocalRotation | undefined;
}

/**
 * Starts the template's secrets and their rotation.
 * @param homes values that replace the template's values
 * @throws Error that names a schedule that the local runtime does not know
 */
export function startSecretsManager(
  { ofType, endpoint, database, observe }: StackContext,
  functions: Map<string, LocalFunction>,
  homes: SecretHome[],
): SecretsManager {
  const templated = ofType('AWS::SecretsManager::Secret').map(
    ({ ref, properties }) => [ref, properties['SecretString']] as const,
  );
  const secrets = new LocalSecrets(database, new Map(templated), homes);
  const rotations = ofType('AWS::SecretsManager::RotationSchedule').map(
    (resource) => new LocalRotation(scheduleOf(resource, functions), secrets, database, observe),
  );
  const rotationOf = (arn: string) => rotations.find(({ secretArn }) => secretArn === arn);
  endpoint.services.set('secretsmanager', secrets.service(rotationOf));
  return {
    secrets,
    rotationOf,
    recover() {
      // Do not rotate a secret whose value is for this run only: the new value could not be stored anywhere.
      const forThisRun = new Set(homes.filter(({ keep }) => !keep).map(({ arn }) => arn));
      for (const rotation of rotations) if (!forThisRun.has(rotation.secretArn)) rotation.start();
    },
    stop() {
      for (const rotation of rotations) rotation.stop();
    },
  };
}

function scheduleOf({ logicalId, properties }: Resource, functions: Map<string, LocalFunction>): RotationSchedule {
  const { SecretId, RotationLambdaARN, RotationRules } = properties;
  const fn = functions.get(RotationLambdaARN);
  const { AutomaticallyAfterDays, ...others } = RotationRules ?? {};
  if (!fn || !AutomaticallyAfterDays || Object.keys(others).length > 0) {
    throw new Error(
      `The local runtime only knows rotation by a function of the stack, every so many days (${logicalId}).`,
    );
  }
  return { secretArn: SecretId, fn, everyDays: Number(AutomaticallyAfterDays) };
}
