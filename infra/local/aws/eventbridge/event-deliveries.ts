import type { DatabaseSync } from 'node:sqlite';
import type { EventEnvelope, Observe } from '../observation.ts';
import { type Unfinished, unfinished } from '../unfinished.ts';

/** A target of a rule, with its retry policy. */
export interface EventTarget {
  /** The rule's name and the target's ID. It does not change across restarts. */
  name: string;
  busName: string;
  matches: (envelope: EventEnvelope) => boolean;
  /** @param deliveryId identical for all attempts of a delivery */
  deliver: (envelope: EventEnvelope, deliveryId: string) => Promise<void> | void;
  /** Maximum number of attempts after the first one. */
  maximumRetries: number;
  maximumAgeSeconds: number;
  /** Seconds to wait before a retry. @param retry 1 for the first retry */
  waitSeconds: (retry: number) => number;
  /** Stores an event that could not be delivered. Without `deadLetter` such an event is dropped. */
  deadLetter?: (envelope: EventEnvelope, attempts: number, error: Error) => void;
}

interface Delivery {
  eventId: string;
  target: string;
  attempts: number;
  /** Milliseconds since 1970. */
  dueAt: number;
  /** When the event was put, in milliseconds since 1970. */
  putAt: number;
  envelope: string;
}

const deliveryId = ({ eventId, target }: Delivery) => `${eventId}/${target}`;

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Delivers events as EventBridge does: at least once to every target whose rule matches, in no particular order.
 * A delivery is retried until the target accepts the event or its retry policy is exhausted. Pending deliveries are
 * stored in the database, so none is lost when the process is killed.
 */
export class EventDeliveries {
  readonly #database: DatabaseSync;
  readonly #observe: Observe;
  readonly #targets = new Map<string, EventTarget>();
  /** Timers of the deliveries that are running or waiting. */
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #stopped = false;

  constructor(database: DatabaseSync, observe: Observe) {
    this.#database = database;
    this.#observe = observe;
  }

  add(target: EventTarget): void {
    this.#targets.set(target.name, target);
  }

  /**
   * Records the deliveries of an event. Call it in the transaction that stores the event.
   * @returns the number of deliveries
   */
  plan(envelope: EventEnvelope, busName: string): number {
    const insert = this.#database.prepare(
      'INSERT OR IGNORE INTO deliveries (event_id, target, due_at, put_at) VALUES (?, ?, ?, ?)',
    );
    const now = Date.now();
    const targets = [...this.#targets.values()].filter(
      (target) => target.busName === busName && target.matches(envelope),
    );
    for (const { name } of targets) insert.run(envelope.id, name, now, now);
    return targets.length;
  }

  /** Starts the planned deliveries of one event, or of all events. */
  start(eventId?: string): void {
    for (const row of this.#rows(eventId)) if (!this.#timers.has(deliveryId(row))) this.#schedule(row);
  }

  unfinished(): Unfinished[] {
    return this.#rows().map(({ target, envelope, attempts, dueAt }) =>
      unfinished(target, envelope, attempts === 0 ? undefined : dueAt),
    );
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  /** Deliveries to targets that exist in this run. Other deliveries stay stored until their targets exist again. */
  #rows(eventId?: string): Delivery[] {
    const rows = this.#database
      .prepare(
        `SELECT event_id AS eventId, target, attempts, due_at AS dueAt, put_at AS putAt, envelope FROM deliveries
         JOIN events ON events.id = deliveries.event_id WHERE ? IS NULL OR event_id = ?`,
      )
      .all(eventId ?? null, eventId ?? null) as unknown as Delivery[];
    return rows.filter(({ target }) => this.#targets.has(target));
  }

  #schedule(delivery: Delivery): void {
    const target = this.#targets.get(delivery.target);
    if (!target) return;
    const timer = setTimeout(
      () => void this.#attempt(delivery, target),
      Math.min(LONGEST_TIMER_MS, Math.max(0, delivery.dueAt - Date.now())),
    );
    this.#timers.set(deliveryId(delivery), timer);
  }

  async #attempt(delivery: Delivery, target: EventTarget): Promise<void> {
    const envelope: EventEnvelope = JSON.parse(delivery.envelope);
    try {
      await target.deliver(envelope, deliveryId(delivery));
      if (!this.#stopped) this.#forget(delivery);
    } catch (error) {
      // If the stack was stopped during the attempt, do nothing: the next start retries the delivery.
      if (!this.#stopped) this.#failed(delivery, target, envelope, error as Error);
    }
  }

  #failed(delivery: Delivery, target: EventTarget, envelope: EventEnvelope, error: Error): void {
    const attempts = delivery.attempts + 1;
    const why = error.message;
    // The age is the time since the put, not since the event's Time, because the sender sets the Time.
    const age = (Date.now() - delivery.putAt) / 1000;
    if (attempts > target.maximumRetries || age > target.maximumAgeSeconds) {
      target.deadLetter?.(envelope, attempts, error);
      this.#forget(delivery);
      this.#observe({ kind: 'delivery-failed', target: target.name, why });
      return;
    }
    const againInSeconds = target.waitSeconds(attempts);
    const dueAt = Date.now() + againInSeconds * 1000;
    this.#database
      .prepare('UPDATE deliveries SET attempts = ?, due_at = ? WHERE event_id = ? AND target = ?')
      .run(attempts, Math.round(dueAt), delivery.eventId, delivery.target);
    this.#observe({ kind: 'delivery-failed', target: target.name, why, againInSeconds });
    this.#schedule({ ...delivery, attempts, dueAt });
  }

  #forget(delivery: Delivery): void {
    const { eventId, target } = delivery;
    this.#timers.delete(deliveryId(delivery));
    this.#database.prepare('DELETE FROM deliveries WHERE event_id = ? AND target = ?').run(eventId, target);
  }
}
