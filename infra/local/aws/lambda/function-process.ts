import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { AccessKey } from '../access-key.ts';
import { LOCAL_REGION } from '../template/stack-environment.ts';
import { type InvocationAnswer, InvocationError, type InvocationRequest } from './invocation.ts';

export interface FunctionDefinition {
  name: string;
  arn: string;
  /** Directory of the bundle. */
  codeDirectory: string;
  /** For example `index.handler`. */
  handler: string;
  environment: Record<string, string>;
  timeoutSeconds: number;
  memoryMegabytes: number;
}

/** The endpoint and the access key with which a function calls the services of its stack. */
export interface LocalServices {
  /** AWS_ENDPOINT_URL */
  endpoint: string;
  accessKey: AccessKey;
}

const RUNTIME = fileURLToPath(new URL('runtime.ts', import.meta.url));
const MEMORY_CHECK_MS = 100;
/**
 * The variables that a function inherits from this process: it needs them to run or to start fast, and none can contain
 * a secret.
 */
const HOST_VARIABLES = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'SystemRoot', 'NODE_COMPILE_CACHE'];

/** The process of a function. It runs one invocation at a time. It is killed at its time or memory limit. */
export class FunctionProcess {
  readonly #definition: FunctionDefinition;
  readonly #process: ChildProcess;
  #settle: ((answer: InvocationAnswer | InvocationError) => void) | undefined;
  #why: InvocationError | undefined;

  constructor(
    definition: FunctionDefinition,
    services: LocalServices,
    onLine: (line: string) => void,
    onExit: () => void,
  ) {
    this.#definition = definition;
    this.#process = fork(RUNTIME, [], {
      env: environmentOf(definition, services),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'json',
      execArgv: [],
    });
    for (const input of [this.#process.stdout, this.#process.stderr]) {
      if (input) createInterface({ input }).on('line', onLine);
    }
    this.#process.on('message', (answer: InvocationAnswer) => {
      if (answer.kind !== 'ready') this.#settle?.(answer);
    });
    this.#process.on('error', () => {});
    this.#process.on('exit', (code, signal) => {
      const how = signal ? `signal: ${signal}` : `exit status ${code}`;
      this.#settle?.(this.#why ?? new InvocationError('Runtime.ExitError', `Runtime exited with error: ${how}`, true));
      onExit();
    });
  }

  get processId(): number | undefined {
    return this.#process.pid;
  }

  async invoke(event: unknown, requestId: string): Promise<unknown> {
    const { timeoutSeconds, memoryMegabytes } = this.#definition;
    const timeout = setTimeout(
      () => this.#end(new InvocationError('Sandbox.Timedout', `Task timed out after ${timeoutSeconds} seconds`, true)),
      timeoutSeconds * 1000,
    );
    const memory = setInterval(() => {
      const used = residentMegabytes(this.#process.pid);
      if (used <= memoryMegabytes) return;
      this.#end(
        new InvocationError(
          'Runtime.ExitError',
          `Out of memory: ${Math.ceil(used)} MB of ${memoryMegabytes} MB used`,
          true,
        ),
      );
    }, MEMORY_CHECK_MS);
    try {
      const answer = await new Promise<InvocationAnswer | InvocationError>((resolve) => {
        this.#settle = resolve;
        const request: InvocationRequest = { event, requestId, deadline: Date.now() + timeoutSeconds * 1000 };
        this.#process.send(request, () => {});
      });
      if (answer instanceof InvocationError) throw answer;
      if (answer.kind === 'error') throw new InvocationError(answer.errorType, answer.errorMessage, false);
      return answer.kind === 'result' ? answer.result : undefined;
    } finally {
      this.#settle = undefined;
      clearTimeout(timeout);
      clearInterval(memory);
    }
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #end(why: InvocationError): void {
    this.#why = why;
    this.kill();
  }
}

function environmentOf(
  { name, arn, codeDirectory, handler, memoryMegabytes, environment }: FunctionDefinition,
  { endpoint, accessKey }: LocalServices,
) {
  const host = HOST_VARIABLES.flatMap((variable) => {
    const value = process.env[variable];
    return value === undefined ? [] : [[variable, value] as const];
  });
  return {
    ...Object.fromEntries(host),
    TZ: ':UTC',
    AWS_REGION: LOCAL_REGION,
    AWS_DEFAULT_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: accessKey.accessKeyId,
    AWS_SECRET_ACCESS_KEY: accessKey.secretAccessKey,
    AWS_SESSION_TOKEN: 'local',
    AWS_ENDPOINT_URL: endpoint,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_ARN: arn,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMegabytes),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_FORMAT: 'JSON',
    LAMBDA_TASK_ROOT: codeDirectory,
    _HANDLER: handler,
    ...environment,
  };
}

const PAGE_BYTES = 4096;

/** Resident memory of a process in megabytes; 0 on systems without /proc. */
function residentMegabytes(processId: number | undefined): number {
  try {
    return (Number(readFileSync(`/proc/${processId}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES) / 1024 ** 2;
  } catch {
    return 0;
  }
}
