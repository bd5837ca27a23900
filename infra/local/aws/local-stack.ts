import { join } from 'node:path';
import { tokenSecretArn } from '../../operations/accounts.ts';
import { makePrivateDirectory, writePrivateFile } from '../../operations/private-file.ts';
import { LOCAL_STACK_FILE } from '../../operations/stack-location.ts';
import { type AccessKey, readAccessKey } from './access-key.ts';
import { openEndpoint } from './endpoint.ts';
import { startEventBridge, startEventRules } from './eventbridge/service.ts';
import { startEventSources, startFunctions } from './lambda/service.ts';
import type { LocalService } from './local-service.ts';
import type { Observe } from './observation.ts';
import { startS3 } from './s3/service.ts';
import type { SecretHome } from './secrets-manager/secrets.ts';
import { startSecretsManager } from './secrets-manager/service.ts';
import { startSns } from './sns/service.ts';
import { startSqs } from './sqs/service.ts';
import { startSsm } from './ssm/service.ts';
import { StackRecords } from './stack-records.ts';
import { openStateDatabase } from './state-database.ts';
import { startStepFunctions } from './step-functions/service.ts';
import { arnOf, LOCAL_ACCOUNT, LOCAL_REGION } from './template/stack-environment.ts';
import { readTemplate } from './template/template.ts';
import type { Unfinished } from './unfinished.ts';

/** Begins the key of a secret value that belongs to one of several accounts, such as `Accounts.brand-a`. */
export const ACCOUNT_SECRET = 'Accounts.';

export interface LocalStackOptions {
  /** Directory that `cdk synth` wrote: cdk.out. */
  assemblyDirectory: string;
  stackName: string;
  /** Directory of all data that outlives the process. */
  stateDirectory: string;
  /**
   * Values of secrets, by the stack output that holds the secret's ARN, or by {@link ACCOUNT_SECRET} and the name of an
   * account. They replace the stored values.
   */
  secretValues: Record<string, Omit<SecretHome, 'arn'>>;
  /** Port of the endpoint. Default: the port of the last start, or a free port. */
  port?: number;
  observe: Observe;
}

export interface LocalStack {
  outputs: Record<string, string>;
  /** The address of all services: AWS_ENDPOINT_URL. */
  endpoint: string;
  region: string;
  /** The access key that signs requests to the services. */
  accessKey: AccessKey;
  /** The stored records of the uploads. */
  records: StackRecords;
  /** The current value of a secret. */
  secretValue(arn: string): string;
  /** The function processes that are running now. */
  functionProcesses(): { functionName: string; processId: number }[];
  /**
   * Rotates a secret now, in the same way as a scheduled rotation.
   * @throws InvocationError of the step that failed
   */
  rotateSecret(arn: string): Promise<void>;
  /** All unfinished work, or only the unfinished work on the given uploads. */
  unfinished(uploadIds?: ReadonlySet<string>): Unfinished[];
  /** Interrupts all work. The next start continues it. */
  stop(): Promise<void>;
}

/**
 * Starts every resource of a synthesized stack on this machine.
 * @throws Error that names the part of the template that the local runtime does not know
 */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const { assemblyDirectory, stackName, stateDirectory, observe } = options;
  makePrivateDirectory(stateDirectory);
  const database = openStateDatabase(stateDirectory);
  const started: LocalService[] = [{ stop: () => database.close() }];
  const stop = async () => {
    for (const service of started.splice(0).reverse()) await service.stop?.();
  };
  const add = <Service extends LocalService>(service: Service): Service => {
    started.push(service);
    return service;
  };
  try {
    const accessKey = await readAccessKey(stateDirectory);
    const endpoint = await openEndpoint({ file: join(stateDirectory, 'port'), wanted: options.port }, accessKey);
    add({ stop: () => endpoint.close() });
    const environment = { account: LOCAL_ACCOUNT, region: LOCAL_REGION, endpoint: endpoint.url };
    const { resources, outputs } = readTemplate(assemblyDirectory, stackName, environment);
    const ofType = (type: string) => resources.filter((resource) => resource.type === type);
    const context = {
      ofType,
      environment,
      endpoint,
      accessKey,
      database,
      observe,
      assemblyDirectory,
      stateDirectory,
    };
    const homes = Object.entries(options.secretValues).map(([output, home]) => ({
      arn: output.startsWith(ACCOUNT_SECRET)
        ? tokenSecretArn({ outputs, stackName }, output.slice(ACCOUNT_SECRET.length))
        : (outputs[output] ?? output),
      ...home,
    }));

    const { queues } = add(await startSqs(context));
    const { topics } = add(startSns(context, queues));
    const eventBridge = add(startEventBridge(context));
    const s3 = add(await startS3(context, { queues, topics, defaultBus: eventBridge.defaultBus }));
    const { functions, processes } = add(startFunctions(context));
    const stepFunctions = add(startStepFunctions(context, functions, eventBridge.buses, s3.objectTags));
    const { machines, executions } = stepFunctions;
    const rules = add(startEventRules(context, eventBridge.deliveries, { functions, machines, queues }));
    const secretsManager = add(startSecretsManager(context, functions, homes));
    add(startSsm(context));
    const eventSources = add(startEventSources(context, functions, queues));

    // Recover in reverse order of the data flow: when a service resumes its work, the services that it calls are ready.
    for (const service of [eventBridge, rules, stepFunctions, eventSources, s3, secretsManager])
      await service.recover?.();

    const location = { endpoint: endpoint.url, region: LOCAL_REGION, accessKey, outputs };
    writePrivateFile(join(stateDirectory, LOCAL_STACK_FILE), JSON.stringify(location));
    const dropQueueName = outputs['QueueUrl']?.split('/').at(-1) ?? '';
    const dropQueue = () => queues.byArn(arnOf(environment, 'sqs', dropQueueName));
    return {
      ...location,
      records: new StackRecords(
        database,
        executions,
        { machineArn: outputs['StateMachineArn'] ?? '', pinMachineArn: outputs['PublishPinStateMachineArn'] },
        dropQueue,
      ),
      secretValue: (arn) => secretsManager.secrets.currentValue(arn),
      functionProcesses: processes,
      rotateSecret: async (arn) => secretsManager.rotationOf(arn)?.rotate(),
      unfinished: (uploadIds) =>
        started
          .flatMap((service) => service.unfinished?.() ?? [])
          .filter(({ uploadId = '' }) => uploadIds?.has(uploadId) ?? true),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
