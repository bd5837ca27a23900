import { randomUUID } from 'node:crypto';
import type { Observe } from '../observation.ts';
import { type FunctionDefinition, FunctionProcess, type LocalServices } from './function-process.ts';
import { InvocationError } from './invocation.ts';

const IDLE_MS = 60_000;

/** Runs a function as Lambda does: each concurrent invocation has its own process. Warm processes are reused first. */
export class LocalFunction {
  readonly definition: FunctionDefinition;
  readonly #services: LocalServices;
  readonly #observe: Observe;
  readonly #concurrency: number;
  readonly #all = new Set<FunctionProcess>();
  readonly #idle: { process: FunctionProcess; timer: NodeJS.Timeout }[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #idleMs: number;
  #running = 0;
  #closed = false;

  /**
   * @param concurrency maximum number of processes
   * @param idleMs milliseconds that a process stays warm
   */
  constructor(
    definition: FunctionDefinition,
    services: LocalServices,
    concurrency: number,
    observe: Observe,
    idleMs: number = IDLE_MS,
  ) {
    this.#idleMs = idleMs;
    this.definition = definition;
    this.#services = services;
    this.#concurrency = concurrency;
    this.#observe = observe;
  }

  /** @throws InvocationError */
  async invoke(event: unknown): Promise<unknown> {
    if (this.#running >= this.#concurrency) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    const process = this.#take();
    try {
      const result = await process.invoke(event, randomUUID());
      this.#keep(process);
      return result;
    } catch (error) {
      this.#failed(process, error);
      throw error;
    } finally {
      // The invocation that has waited longest runs next.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }

  /** IDs of the processes that are running now. */
  processIds(): number[] {
    return [...this.#all].flatMap(({ processId }) => processId ?? []);
  }

  close(): void {
    this.#closed = true;
    for (const { timer } of this.#idle) clearTimeout(timer);
    for (const process of this.#all) process.kill();
  }

  #take(): FunctionProcess {
    const warm = this.#idle.pop();
    if (warm) {
      clearTimeout(warm.timer);
      return warm.process;
    }
    const { name: functionName } = this.definition;
    const process: FunctionProcess = new FunctionProcess(
      this.definition,
      this.#services,
      (line) => this.#observe({ kind: 'function-log', functionName, line }),
      () => this.#forget(process),
    );
    this.#all.add(process);
    return process;
  }

  #keep(process: FunctionProcess): void {
    if (!this.#all.has(process)) return;
    const timer = setTimeout(() => {
      // Remove the process now, not when it has exited. Before it exits, the next invocation could still take it.
      this.#forget(process);
      process.kill();
    }, this.#idleMs);
    timer.unref();
    this.#idle.push({ process, timer });
  }

  #failed(process: FunctionProcess, error: unknown): void {
    // `close` killed the process on purpose. Another message tells the user that the next start continues the work.
    if (this.#closed) return;
    const { name: functionName } = this.definition;
    const why = (error as Error).message;
    this.#observe({ kind: 'function-failed', functionName, why });
    const died = !(error instanceof InvocationError) || error.died;
    if (!died) this.#keep(process);
    else {
      process.kill();
      this.#observe({ kind: 'function-died', functionName, why });
    }
  }

  #forget(process: FunctionProcess): void {
    this.#all.delete(process);
    const at = this.#idle.findIndex((each) => each.process === process);
    if (at === -1) return;
    clearTimeout(this.#idle[at]?.timer);
    this.#idle.splice(at, 1);
  }
}
