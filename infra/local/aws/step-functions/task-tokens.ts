import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** @param resource the resource of a Task state */
export const waitsForToken = (resource = '') => resource.endsWith('.waitForTaskToken');

/** Node's timers last 24 days at most. */
const LONGEST_TIMER_MS = 20 * 24 * 3600 * 1000;

/**
 * The tasks that wait until somebody returns their token. They end with this process: then the task fails like an
 * interrupted function, and the definition decides what happens.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token
 */
export class TaskTokens {
  readonly #waiting = new Map<string, (output: unknown) => void>();
  readonly #stopped = new AbortController();
  /** The `Task` of an execution's context object: `$$.Task.Token` is the token of the next task. */
  readonly context = { Token: randomUUID() as string };

  /**
   * Starts a task and waits for its token.
   * @param start starts the task
   * @param until epoch milliseconds
   * @throws Error named `States.Timeout` when the token was not returned in time, or the error of `start`
   */
  async wait(start: () => Promise<unknown>, until: number): Promise<unknown> {
    const token = this.context.Token;
    this.context.Token = randomUUID();
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.#waiting.set(token, resolve);
    const ended = new AbortController();
    const signal = AbortSignal.any([ended.signal, this.#stopped.signal]);
    try {
      await start();
      return await Promise.race([promise, timeout(until, signal)]);
    } finally {
      ended.abort();
      this.#waiting.delete(token);
    }
  }

  /** Ends all waits with an error. */
  stop(): void {
    this.#stopped.abort();
  }

  /** @returns false when no task waits for this token */
  succeed(token: string, output: unknown): boolean {
    const resolve = this.#waiting.get(token);
    resolve?.(output);
    return resolve !== undefined;
  }
}

async function timeout(until: number, signal: AbortSignal): Promise<never> {
  while (Date.now() < until) {
    await sleep(Math.min(until - Date.now(), LONGEST_TIMER_MS), undefined, { signal }).catch(() => {});
    if (signal.aborted) break;
  }
  throw Object.assign(new Error('The task token was not returned in time.'), { name: 'States.Timeout' });
}
