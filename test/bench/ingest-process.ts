import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { InvocationAnswer } from '../../infra/local/aws/lambda/invocation.ts';
import type { FollowedUpload } from '../../shared/upload/execution.ts';
import { type BundledFunction, LAMBDA_ENVIRONMENT } from '../harness/assembly.ts';

const RUNTIME = fileURLToPath(new URL('../../infra/local/aws/lambda/runtime.ts', import.meta.url));
/** Linux counts a process's time in hundredths of a second. */
const TICKS_PER_SECOND = 100;

export interface Used {
  /** User and system time, seconds. */
  cpuSeconds: number;
  wallSeconds: number;
}

/** Runs the ingest function's bundle in a separate process, as the local Lambda runtime does. */
export class IngestProcess {
  readonly #child: ChildProcess;
  readonly #answers: ((answer: InvocationAnswer) => void)[] = [];
  readonly #started: readonly FollowedUpload[];
  #sequence = 0;

  /**
   * @param environment addresses of AWS and Pinterest, and the CA of their certificates
   * @param started inputs of the executions that the function has started
   */
  constructor(
    { directory, handler, environment: own }: BundledFunction,
    environment: Record<string, string>,
    started: readonly FollowedUpload[],
  ) {
    this.#started = started;
    this.#child = fork(RUNTIME, [], {
      env: {
        ...own,
        ...LAMBDA_ENVIRONMENT,
        LAMBDA_TASK_ROOT: directory,
        _HANDLER: handler,
        AWS_LAMBDA_FUNCTION_NAME: 'ingest',
        ...environment,
      },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [],
    });
    this.#child.on('message', (answer: InvocationAnswer) => {
      if (answer.kind !== 'ready') this.#answers.shift()?.(answer);
    });
  }

  /** Uploads one object. @throws Error when the function did not upload it */
  async ingest(object: { bucket: string; key: string; size: number; eTag: string }): Promise<Used> {
    const { bucket, key, ...file } = object;
    const sequencer = String(++this.#sequence).padStart(16, '0');
    const record = {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      eventTime: new Date().toISOString(),
      s3: { bucket: { name: bucket }, object: { key: encodeURIComponent(key), ...file, sequencer } },
    };
    const message = {
      ...{ messageId: sequencer, receiptHandle: 'r', attributes: { ApproximateReceiveCount: '1' } },
      body: JSON.stringify({ Records: [record] }),
    };
    const before = this.#cpuSeconds();
    const begun = performance.now();
    const answered = new Promise<InvocationAnswer>((resolve) => this.#answers.push(resolve));
    this.#child.send({ event: { Records: [message] }, requestId: sequencer, deadline: Date.now() + 900_000 });
    const answer = await answered;
    const wallSeconds = (performance.now() - begun) / 1000;
    const cpuSeconds = this.#cpuSeconds() - before;
    const followed = this.#started.at(-1);
    // A final failure deletes the message, as a success does. Only an execution without a final event is an upload.
    if (followed?.upload.object.key !== key || followed.finalEvent) {
      throw new Error(`The ingest function did not upload ${key}: ${JSON.stringify(followed?.finalEvent ?? answer)}`);
    }
    return { cpuSeconds, wallSeconds };
  }

  /** Peak resident memory, in MiB. */
  peakRssMib(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
  }

  #cpuSeconds(): number {
    // Fields 14 and 15 are user and system time. Fields 1 and 2 are removed first: the command name may contain spaces.
    const fields = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  stop(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.#child.on('exit', () => resolve()));
    this.#child.disconnect();
    return ended;
  }
}
