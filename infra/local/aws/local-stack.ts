import { join } from 'node:path';
import { makePrivateDirectory, writePrivateFile } from '../../operations/private-file.ts';
import { LOCAL_STACK_FILE } from '../../operations/stack-location.ts';
import { type AccessKey, readAccessKey } from './access-key.ts';
import { type LocalEndpoint, openEndpoint } from './endpoint.ts';
import { localEventBuses } from './eventbridge/event-bus.ts';
import { EventDeliveries } from './eventbridge/event-deliveries.ts';
import { eventTargets } from './eventbridge/event-rule.ts';
import { EventSource } from './lambda/event-source.ts';
import { LocalFunction } from './lambda/local-function.ts';
import type { Observe } from './observation.ts';
import { type LocalS3, startLocalS3 } from './s3/local-s3.ts';
import { LocalRotation } from './secrets-manager/rotation.ts';
import { LocalSecrets, type SecretHome } from './secrets-manager/secrets.ts';
import { type LocalQueues, startLocalQueues } from './sqs/queues.ts';
import { localParameters } from './ssm/parameters.ts';
import { StackRecords } from './stack-records.ts';
import { openStateDatabase } from './state-database.ts';
import { ExecutionTable } from './step-functions/execution-table.ts';
import { LocalStateMachine } from './step-functions/state-machine.ts';
import { stepFunctionsService } from './step-functions/step-functions.ts';
import type { Place } from './template/place.ts';
import { type Resource, readTemplate } from './template/template.ts';
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

const ACCOUNT = '000000000000';
const REGION = 'us-east-1';
/** What Lambda has where nothing is said. */
const DEFAULT_MEMORY_MEGABYTES = 128;
const DEFAULT_TIMEOUT_SECONDS = 3;
/** A region has a thousand; a machine has fewer cores. */
const FUNCTION_CONCURRENCY = 10;

/**
 * Starts every resource of a synthesized stack on this machine.
 * @throws Error naming what the template asks for and the runtime does not know
 */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const { assemblyDirectory, stackName, stateDirectory, observe } = options;
  makePrivateDirectory(stateDirectory);
  const database = openStateDatabase(stateDirectory);
  const closing: (() => Promise<void> | void)[] = [() => database.close()];
  const stop = async () => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    const accessKey = await readAccessKey(stateDirectory);
    const endpoint = await openEndpoint({ file: join(stateDirectory, 'port'), wanted: options.port }, accessKey);
    closing.push(() => endpoint.close());
    const place: Place = { account: ACCOUNT, region: REGION, endpoint: endpoint.url };
    const { resources, outputs } = readTemplate(assemblyDirectory, stackName, place);
    const ofType = (type: string) => resources.filter((resource) => resource.type === type);

    const queues = await startLocalQueues({ directory: join(stateDirectory, 'queues') });
    closing.push(() => queues.close());
    for (const queue of ofType('AWS::SQS::Queue')) createQueue(queues, queue);

    const s3 = await startLocalS3({
      directory: join(stateDirectory, 's3'),
      accessKey,
      onUnrecovered: (version) => observe({ kind: 'version-unrecovered', ...version }),
    });
    closing.push(() => s3.close());
    for (const bucket of ofType('AWS::S3::Bucket')) {
      const told = ofType('Custom::S3BucketNotifications').find(
        ({ properties }) => properties['BucketName'] === bucket.ref,
      );
      await createBucket(s3, bucket, told, queues, observe);
    }

    const names = ofType('AWS::Events::EventBus').map(({ name }) => name);
    const deliveries = new EventDeliveries(database, observe);
    const buses = localEventBuses(database, { names, region: REGION, account: ACCOUNT }, deliveries, observe);

    const functions = new Map<string, LocalFunction>();
    for (const resource of ofType('AWS::Lambda::Function')) {
      const fn = localFunction(resource, assemblyDirectory, endpoint, accessKey, observe);
      functions.set(fn.definition.arn, fn).set(fn.definition.name, fn);
      closing.push(() => fn.close());
    }

    const executions = new ExecutionTable(database);
    const machines = ofType('AWS::StepFunctions::StateMachine').map(({ ref: arn, properties }) => {
      const definition = JSON.parse(properties['DefinitionString']);
      return new LocalStateMachine({ arn, definition, executions, functions, buses, observe });
    });
    closing.push(() => {
      for (const machine of machines) machine.stop();
    });

    const invokeConfigs = new Map(
      ofType('AWS::Lambda::EventInvokeConfig').map(({ properties }) => [properties['FunctionName'], properties]),
    );
    closing.push(() => deliveries.stop());
    for (const rule of ofType('AWS::Events::Rule')) {
      for (const target of eventTargets(rule, { functions, machines, queues, invokeConfigs })) deliveries.add(target);
    }

    const secrets = ofType('AWS::SecretsManager::Secret').map(
      ({ ref, properties }) => [ref, properties['SecretString']] as const,
    );
    const homes = Object.entries(options.secretValues).map(([output, home]) => ({
      arn: outputs[output] ?? output,
      ...home,
    }));
    const localSecrets = new LocalSecrets(database, new Map(secrets), homes);
    const rotations = ofType('AWS::SecretsManager::RotationSchedule').map(
      (resource) => new LocalRotation(rotationSchedule(resource, functions), localSecrets, database, observe),
    );
    const rotationOf = (arn: string) => rotations.find(({ secretArn }) => secretArn === arn);
    endpoint.services.set('secretsmanager', localSecrets.service(rotationOf));
    closing.push(() => {
      for (const rotation of rotations) rotation.stop();
    });
    endpoint.services.set('AWSStepFunctions', stepFunctionsService(machines, executions));
    const parameters = ofType('AWS::SSM::Parameter').map(
      ({ name, properties }) => [name, properties['Value']] as const,
    );
    endpoint.services.set('AmazonSSM', localParameters(database, new Map(parameters)));
    endpoint.services.set('AWSEvents', buses.service);
    endpoint.queues = queues.handler;
    endpoint.s3 = s3.handler;

    // From the far end of the path to its beginning, so that whoever is told of something is there.
    buses.recover();
    deliveries.start();
    for (const machine of machines) machine.recover();
    const sources = ofType('AWS::Lambda::EventSourceMapping').map((mapping) =>
      eventSource(mapping, functions, queues, database),
    );
    for (const source of sources) {
      closing.push(() => source.stop());
      source.start();
    }
    await s3.recover();
    // What is given for this run alone could not be kept once it is renewed.
    const forThisRun = new Set(homes.filter(({ keep }) => !keep).map(({ arn }) => arn));
    for (const rotation of rotations) if (!forThisRun.has(rotation.secretArn)) rotation.start();

    const functionProcesses = () =>
      [...new Set(functions.values())].flatMap((fn) =>
        fn.processIds().map((processId) => ({ functionName: fn.definition.name, processId })),
      );
    const location = { endpoint: endpoint.url, region: REGION, accessKey, outputs };
    writePrivateFile(join(stateDirectory, LOCAL_STACK_FILE), JSON.stringify(location));
    const rotateSecret = async (arn: string) => {
      for (const rotation of rotations) if (rotation.secretArn === arn) await rotation.rotate();
    };
    const unfinished: LocalStack['unfinished'] = (uploadIds) =>
      [deliveries, ...sources, ...machines]
        .flatMap((part) => part.unfinished())
        .filter(({ uploadId = '' }) => uploadIds?.has(uploadId) ?? true);
    const dropQueue = () => queues.byArn(queueArn(outputs['QueueUrl']?.split('/').at(-1) ?? ''));
    const records = new StackRecords(database, executions, outputs['StateMachineArn'] ?? '', dropQueue);
    return {
      ...location,
      records,
      secretValue: (arn) => localSecrets.currentValue(arn),
      functionProcesses,
      rotateSecret,
      unfinished,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const queueArn = (name: string) => `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;

function createQueue(queues: LocalQueues, { name, ref: url, properties }: Resource): void {
  const { VisibilityTimeout, MessageRetentionPeriod, DelaySeconds, RedrivePolicy } = properties;
  const attributes = { VisibilityTimeout, MessageRetentionPeriod, DelaySeconds };
  const said = Object.entries(attributes).filter(([, value]) => value !== undefined);
  queues.createQueue({
    name,
    url,
    arn: queueArn(name),
    attributes: {
      ...Object.fromEntries(said.map(([attribute, value]) => [attribute, String(value)])),
      ...(RedrivePolicy === undefined ? {} : { RedrivePolicy: JSON.stringify(RedrivePolicy) }),
    },
  });
}

interface QueueConfiguration {
  Events: string[];
  QueueArn: string;
  Filter?: { Key: { FilterRules: { Name: string; Value: string }[] } };
}

async function createBucket(
  s3: LocalS3,
  bucket: Resource,
  told: Resource | undefined,
  queues: LocalQueues,
  observe: Observe,
): Promise<void> {
  const { QueueConfigurations = [], ...others } = told?.properties['NotificationConfiguration'] ?? {};
  const [configuration, ...more] = QueueConfigurations as QueueConfiguration[];
  const known = more.length === 0 && Object.keys(others).length === 0;
  if (!known || (configuration && configuration.Events.join() !== 's3:ObjectCreated:*')) {
    throw new Error(
      `The local runtime only knows one notification of s3:ObjectCreated:* to a queue (${bucket.logicalId}).`,
    );
  }
  const rules = configuration?.Filter?.Key.FilterRules ?? [];
  const valuesOf = (name: string) => rules.filter((rule) => rule.Name.toLowerCase() === name).map(({ Value }) => Value);
  await s3.createBucket(bucket.ref, {
    versioned: bucket.properties['VersioningConfiguration']?.Status === 'Enabled',
    prefixes: valuesOf('prefix'),
    suffixes: valuesOf('suffix'),
    onIgnored: (key) => observe({ kind: 'put-ignored', key }),
    ...(configuration === undefined
      ? {}
      : {
          notify: async (record) => {
            const body = JSON.stringify({ Records: [record] });
            queues.send(configuration.QueueArn, body);
            observe({ kind: 'put-notified', body });
          },
        }),
  });
}

function localFunction(
  resource: Resource,
  assemblyDirectory: string,
  endpoint: LocalEndpoint,
  accessKey: AccessKey,
  observe: Observe,
): LocalFunction {
  const { name, properties } = resource;
  const { Code, Handler, Environment, Timeout, MemorySize } = properties;
  const definition = {
    name,
    arn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`,
    // The asset's key in its bucket is its hash, and so is its directory's name here.
    codeDirectory: join(assemblyDirectory, `asset.${String(Code.S3Key ?? '').replace(/\.zip$/, '')}`),
    handler: Handler,
    environment: Environment?.Variables ?? {},
    timeoutSeconds: Timeout ?? DEFAULT_TIMEOUT_SECONDS,
    memoryMegabytes: MemorySize ?? DEFAULT_MEMORY_MEGABYTES,
  };
  return new LocalFunction(definition, { endpoint: endpoint.url, accessKey }, FUNCTION_CONCURRENCY, observe);
}

function rotationSchedule({ logicalId, properties }: Resource, functions: Map<string, LocalFunction>) {
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

function eventSource(
  { logicalId, properties }: Resource,
  functions: Map<string, LocalFunction>,
  queues: LocalQueues,
  database: ConstructorParameters<typeof EventSource>[2],
): EventSource {
  const {
    EventSourceArn,
    FunctionName,
    BatchSize = 10,
    ScalingConfig,
    FunctionResponseTypes = [],
    MaximumBatchingWindowInSeconds,
  } = properties;
  const fn = functions.get(FunctionName);
  if (!fn) throw new Error(`The event source mapping ${logicalId} names no function of this stack.`);
  if (MaximumBatchingWindowInSeconds)
    throw new Error(`The local runtime does not know MaximumBatchingWindowInSeconds (${logicalId}).`);
  const mapping = {
    queueArn: EventSourceArn,
    fn,
    batchSize: BatchSize,
    maximumConcurrency: Math.min(ScalingConfig?.MaximumConcurrency ?? FUNCTION_CONCURRENCY, FUNCTION_CONCURRENCY),
    reportBatchItemFailures: FunctionResponseTypes.includes('ReportBatchItemFailures'),
  };
  return new EventSource(mapping, queues, database);
}
