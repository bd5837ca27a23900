import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { LocalFunction } from '../lambda/local-function.ts';
import type { Observe } from '../observation.ts';

export interface RotationSchedule {
  secretArn: string;
  fn: LocalFunction;
  everyDays: number;
}

const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];
const DAY_MS = 24 * 3600 * 1000;
const LOOK_EVERY_MS = 3600 * 1000;

/** Secrets Manager's rotation: calls the function step by step, when the schedule says so. */
export class LocalRotation {
  readonly #schedule: RotationSchedule;
  readonly #database: DatabaseSync;
  readonly #observe: Observe;
  #timer: NodeJS.Timeout | undefined;

  constructor(schedule: RotationSchedule, database: DatabaseSync, observe: Observe) {
    this.#schedule = schedule;
    this.#database = database;
    this.#observe = observe;
  }

  get secretArn(): string {
    return this.#schedule.secretArn;
  }

  /** From now on rotates when it is time; after a failure it is tried again an hour later. */
  start(): void {
    const look = () => void this.#rotateWhenDue().catch(() => {});
    this.#timer = setInterval(look, LOOK_EVERY_MS);
    this.#timer.unref();
    look();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /**
   * Rotates now.
   * @throws InvocationError of the step that failed; the current version is as it was then
   */
  async rotate(): Promise<void> {
    const { secretArn, fn } = this.#schedule;
    const ClientRequestToken = randomUUID();
    try {
      for (const Step of STEPS) await fn.invoke({ SecretId: secretArn, ClientRequestToken, Step });
    } catch (error) {
      this.#observe({ kind: 'rotation', secretArn, outcome: 'failed' });
      throw error;
    }
    this.#note(Date.now());
    this.#observe({ kind: 'rotation', secretArn, outcome: 'succeeded' });
  }

  async #rotateWhenDue(): Promise<void> {
    const { secretArn, everyDays } = this.#schedule;
    const noted = this.#database.prepare('SELECT rotated_at FROM rotations WHERE arn = ?').get(secretArn);
    if (!noted) this.#note(Date.now());
    else if (Date.now() >= Number(noted['rotated_at']) + everyDays * DAY_MS) await this.rotate();
  }

  #note(at: number): void {
    this.#database.prepare('INSERT OR REPLACE INTO rotations VALUES (?, ?)').run(this.#schedule.secretArn, at);
  }
}
