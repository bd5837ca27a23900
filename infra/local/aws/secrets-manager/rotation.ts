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

/** Secrets Manager's rotation: invokes the rotation function once for each step when a rotation is due. */
export class LocalRotation {
  readonly #schedule: RotationSchedule;
  readonly #secrets: LocalSecrets;
  readonly #database: DatabaseSync;
  readonly #observe: Observe;
  #timer: NodeJS.Timeout | undefined;
  /** The running rotation. Only one runs at a time, so that two attempts never execute a step at the same time. */
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

  /** Checks now and every hour whether a rotation is due. A failed rotation is retried at the next check. */
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
   * Rotates now. As on AWS, an attempt after a failure uses the version ID of the failed rotation.
   * @throws InvocationError of the step that failed; the current version is unchanged
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
