import { join } from 'node:path';
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
import { startSqs } from './sqs/service.ts';
import { startSsm } from './ssm/service.ts';
import { StackRecords } from './stack-records.ts';
import { openStateDatabase } from './state-database.ts';
import { startStepFunctions } from './step-functions/service.ts';
import { arnOf, LOCAL_ACCOUNT, LOCAL_REGION } from './template/stack-environment.ts';
import { readTemplate } from './template/template.ts';
import type { Unfinished } from './unfinished.ts';

export interface LocalStackOptions {
  /** What `cdk synth` wrote: cdk.out. */
  assemblyDirectory: string;
  stackName: string;
  /** Everything that outlives the process is below it. */
  stateDirectory: string;
  /** Values of the secrets behind these outputs, instead of what was there before. */
  secretValues: Record<string, Omit<SecretHome, 'arn'>>;
  /** Port of the endpoint; by default the one used last, or a free one. */
  port?: number;
  observe: Observe;
}

export interface LocalStack {
  outputs: Record<string, string>;
  /** The address of all services: AWS_ENDPOINT_URL. */
  endpoint: string;
  region: string;
  /** What requests to the services are signed with. */
  accessKey: AccessKey;
  /** What is kept of the uploads. */
  records: StackRecords;
  /** What is the current value of a secret now. */
  secretValue(arn: string): string;
  /** Processes of the functions that are running now. */
  functionProcesses(): { functionName: string; processId: number }[];
  /**
   * Rotates a secret now, as its schedule would.
   * @throws InvocationError of the step that failed
   */
  rotateSecret(arn: string): Promise<void>;
  /** What is still to be done, or only what is to be done with some uploads. */
  unfinished(uploadIds?: ReadonlySet<string>): Unfinished[];
  /** Ends everything where it is; the next start goes on from there. */
  stop(): Promise<void>;
}

/**
 * Starts every resource of a synthesized stack on this machine.
 * @throws Error naming what the template asks for and the runtime does not know
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
      arn: outputs[output] ?? output,
      ...home,
    }));

    const { queues } = add(await startSqs(context));
    const s3 = add(await startS3(context, queues));
    const { functions, processes } = add(startFunctions(context));
    const eventBridge = add(startEventBridge(context));
    const stepFunctions = add(startStepFunctions(context, functions, eventBridge.buses));
    const { machines, executions } = stepFunctions;
    const rules = add(startEventRules(context, eventBridge.deliveries, { functions, machines, queues }));
    const secretsManager = add(startSecretsManager(context, functions, homes));
    add(startSsm(context));
    const eventSources = add(startEventSources(context, functions, queues));

    // From the end of a file's path to its beginning: whatever continues finds the next part of the path running.
    for (const service of [eventBridge, rules, stepFunctions, eventSources, s3, secretsManager])
      await service.recover?.();

    const location = { endpoint: endpoint.url, region: LOCAL_REGION, accessKey, outputs };
    writePrivateFile(join(stateDirectory, LOCAL_STACK_FILE), JSON.stringify(location));
    const dropQueueName = outputs['QueueUrl']?.split('/').at(-1) ?? '';
    const dropQueue = () => queues.byArn(arnOf(environment, 'sqs', dropQueueName));
    return {
      ...location,
      records: new StackRecords(database, executions, outputs['StateMachineArn'] ?? '', dropQueue),
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
