import type { DatabaseSync } from 'node:sqlite';
import type { LocalFunction } from '../lambda/local-function.ts';
import type { Observe } from '../observation.ts';
import type { LocalSecrets } from './secrets.ts';

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
  readonly #secrets: LocalSecrets;
  readonly #database: DatabaseSync;
  readonly #observe: Observe;
  #timer: NodeJS.Timeout | undefined;
  /** One at a time, so that two attempts never take the same step together. */
  #underWay: Promise<void> | undefined;

  constructor(schedule: RotationSchedule, secrets: LocalSecrets, database: DatabaseSync, observe: Observe) {
    this.#schedule = schedule;
    this.#secrets = secrets;
    this.#database = database;
    this.#observe = observe;
  }

  get secretArn(): string {
    return this.#schedule.secretArn;
  }

  /** Rotates from now on when it is due. A rotation that failed is tried again an hour later. */
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
   * Rotates now. Like AWS, an attempt after a failure has the version of the rotation that failed.
   * @throws InvocationError of the step that failed; the current version stays as it was
   */
  rotate(): Promise<void> {
    this.#underWay ??= this.#attempt().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #attempt(): Promise<void> {
    const { secretArn, fn } = this.#schedule;
    const ClientRequestToken = this.#secrets.beginRotation(secretArn);
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
    if (!noted) return this.#note(Date.now());
    const due = Date.now() >= Number(noted['rotated_at']) + everyDays * DAY_MS;
    if (due || this.#secrets.pendingRotation(secretArn) !== undefined) await this.rotate();
  }

  #note(at: number): void {
    this.#database.prepare('INSERT OR REPLACE INTO rotations VALUES (?, ?)').run(this.#schedule.secretArn, at);
  }
}
