import { join } from 'node:path';
import type { LocalService, StackContext } from '../local-service.ts';
import type { LocalQueues } from '../sqs/queues.ts';
import { arnOf } from '../template/stack-environment.ts';
import type { Resource } from '../template/template.ts';
import { EventSource } from './event-source.ts';
import { lambdaApi } from './lambda-api.ts';
import { LocalFunction } from './local-function.ts';

/** Lambda's defaults. */
const DEFAULT_MEMORY_MEGABYTES = 128;
const DEFAULT_TIMEOUT_SECONDS = 3;
const DEFAULT_BATCH_SIZE = 10;
/** Maximum concurrency of a function. A region allows a thousand, but this machine has fewer cores. */
const FUNCTION_CONCURRENCY = 10;

export interface Functions extends LocalService {
  /** By ARN and by name. */
  functions: Map<string, LocalFunction>;
  /** The function processes that are running now. */
  processes(): { functionName: string; processId: number }[];
}

/** Makes the template's functions ready to be invoked. */
export function startFunctions(context: StackContext): Functions {
  const all = context.ofType('AWS::Lambda::Function').map((resource) => functionOf(resource, context));
  const functions = new Map(
    all.flatMap((fn) => [fn.definition.arn, fn.definition.name].map((key) => [key, fn] as const)),
  );
  context.endpoint.lambda = lambdaApi(functions, context.ofType('AWS::Lambda::EventSourceMapping'));
  return {
    functions,
    processes: () =>
      all.flatMap((fn) => fn.processIds().map((processId) => ({ functionName: fn.definition.name, processId }))),
    stop() {
      for (const fn of all) fn.close();
    },
  };
}

function functionOf(
  { name, properties }: Resource,
  { environment, accessKey, assemblyDirectory, observe }: StackContext,
): LocalFunction {
  const { Code, Handler, Environment, Timeout, MemorySize } = properties;
  const definition = {
    name,
    arn: arnOf(environment, 'lambda', `function:${name}`),
    // The asset's key in its bucket is `HASH.zip`. Its directory in the assembly is `asset.HASH`.
    codeDirectory: join(assemblyDirectory, `asset.${String(Code.S3Key ?? '').replace(/\.zip$/, '')}`),
    handler: Handler,
    environment: Environment?.Variables ?? {},
    timeoutSeconds: Timeout ?? DEFAULT_TIMEOUT_SECONDS,
    memoryMegabytes: MemorySize ?? DEFAULT_MEMORY_MEGABYTES,
  };
  return new LocalFunction(definition, { endpoint: environment.endpoint, accessKey }, FUNCTION_CONCURRENCY, observe);
}

/**
 * Creates the template's event source mappings. They receive messages after `recover` is called.
 * @throws Error that names the part of a mapping that the local runtime does not know
 */
export function startEventSources(
  { ofType, database }: StackContext,
  functions: Functions['functions'],
  queues: LocalQueues,
): LocalService & Required<Pick<LocalService, 'recover' | 'unfinished'>> {
  const sources = ofType('AWS::Lambda::EventSourceMapping').map((resource) => {
    const { EventSourceArn: queueArn, FunctionName, BatchSize: batchSize = DEFAULT_BATCH_SIZE } = resource.properties;
    const { ScalingConfig, FunctionResponseTypes = [], MaximumBatchingWindowInSeconds } = resource.properties;
    const fn = functions.get(FunctionName);
    if (!fn) throw new Error(`The event source mapping ${resource.logicalId} names no function of this stack.`);
    if (MaximumBatchingWindowInSeconds) {
      throw new Error(`The local runtime does not know MaximumBatchingWindowInSeconds (${resource.logicalId}).`);
    }
    const maximumConcurrency = Math.min(
      ScalingConfig?.MaximumConcurrency ?? FUNCTION_CONCURRENCY,
      FUNCTION_CONCURRENCY,
    );
    const reportBatchItemFailures = FunctionResponseTypes.includes('ReportBatchItemFailures');
    return new EventSource({ queueArn, fn, batchSize, maximumConcurrency, reportBatchItemFailures }, queues, database);
  });
  return {
    recover() {
      for (const source of sources) source.start();
    },
    unfinished: () => sources.flatMap((source) => source.unfinished()),
    stop() {
      for (const source of sources) source.stop();
    },
  };
}
