import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { localEventBuses } from '../../../../infra/local/events/event-bus.ts';
import { EventDeliveries, type EventTarget } from '../../../../infra/local/events/event-deliveries.ts';
import type { Observation } from '../../../../infra/local/observation.ts';
import { openStateDatabase } from '../../../../infra/local/state-database.ts';

const entry = { EventBusName: 'bus', Source: 'pindrop', DetailType: 'Test', Detail: '{"n":1}' };

async function directory() {
  const path = await mkdtemp(join(tmpdir(), 'pindrop-deliveries-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A bus with one target, in a directory that may have been used before. */
function bus(path: string, target: Partial<EventTarget> & Pick<EventTarget, 'deliver'>) {
  const observations: Observation[] = [];
  const database = openStateDatabase(path);
  const deliveries = new EventDeliveries(database, (observation) => observations.push(observation));
  deliveries.add({
    ...{ name: 'rule/target', busName: 'bus', matches: () => true, maximumRetries: 2, maximumAgeSeconds: 3600 },
    waitSeconds: () => 0,
    ...target,
  });
  const place = { names: ['bus'], region: 'r', account: 'a' };
  const buses = localEventBuses(database, place, deliveries, (observation) => observations.push(observation));
  const close = () => {
    deliveries.stop();
    database.close();
  };
  return { buses, deliveries, observations, close };
}

/** Resolves when it was called so many times. */
function times(count: number) {
  const { promise, resolve } = Promise.withResolvers<void>();
  let calls = 0;
  return {
    reached: promise,
    call: () => {
      if (++calls === count) resolve();
      return calls;
    },
  };
}

describe('event deliveries', () => {
  it('try a target again until it takes the event, and then no more', async () => {
    const calls = times(3);
    const { buses, deliveries, close } = bus(await directory(), {
      deliver: () => {
        if (calls.call() < 3) throw new Error('not now');
      },
    });
    buses.put(entry);
    expect(deliveries.unfinished()).toEqual([{ where: 'rule/target' }]);
    await calls.reached;
    await new Promise(setImmediate);
    expect(deliveries.unfinished()).toEqual([]);
    close();
  });

  it('end at the dead letters when the retries are used up', async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const { buses, observations, close } = bus(await directory(), {
      deliver: () => Promise.reject(new Error('never')),
      deadLetter: (envelope, attempts, error) => resolve([envelope.detail, attempts, error.message]),
    });
    buses.put(entry);
    expect(await promise).toEqual([{ n: 1 }, 3, 'never']);
    await new Promise(setImmediate);
    const failures = observations.filter(({ kind }) => kind === 'delivery-failed');
    expect(failures).toHaveLength(3);
    expect(failures.at(-1)).not.toHaveProperty('againInSeconds');
    close();
  });

  it('that were under way when the process ended are made at the next start', async () => {
    const path = await directory();
    const begun = times(1);
    const first = bus(path, {
      deliver: () => {
        begun.call();
        return new Promise(() => {});
      },
    });
    first.buses.put(entry);
    await begun.reached;
    first.close();
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const second = bus(path, { deliver: (envelope, deliveryId) => resolve([envelope.detail, deliveryId]) });
    second.buses.recover();
    second.deliveries.start();
    expect(await promise).toEqual([{ n: 1 }, expect.stringMatching(/\/rule\/target$/)]);
    await new Promise(setImmediate);
    second.close();
    const third = bus(path, { deliver: () => expect.fail('it was delivered before') });
    third.deliveries.start();
    await new Promise((done) => setTimeout(done, 50));
    third.close();
  });

  it('go only to the targets of the event’s bus whose pattern matches, and once for an origin', async () => {
    const calls = times(1);
    const { buses, close } = bus(await directory(), {
      matches: ({ 'detail-type': type }) => type === 'Test',
      deliver: () => {
        expect(calls.call()).toBe(1);
      },
    });
    buses.put({ ...entry, DetailType: 'Other' });
    buses.put(entry, 'origin');
    buses.put(entry, 'origin');
    await calls.reached;
    await new Promise((done) => setTimeout(done, 50));
    close();
  });
});
