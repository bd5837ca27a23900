import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { localEventBuses } from '../../../../../infra/local/aws/eventbridge/event-bus.ts';
import { EventDeliveries, type EventTarget } from '../../../../../infra/local/aws/eventbridge/event-deliveries.ts';
import type { Observation } from '../../../../../infra/local/aws/observation.ts';
import { openStateDatabase } from '../../../../../infra/local/aws/state-database.ts';

const entry = { EventBusName: 'bus', Source: 'pindrop', DetailType: 'Test', Detail: '{"n":1}' };

async function directory() {
  const path = await mkdtemp(join(tmpdir(), 'pindrop-deliveries-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** An event bus with one target. Its state directory may hold the state of an earlier bus. */
function bus(path: string, target: Partial<EventTarget> & Pick<EventTarget, 'deliver'>) {
  const observations: Observation[] = [];
  const database = openStateDatabase(path);
  const deliveries = new EventDeliveries(database, (observation) => observations.push(observation));
  deliveries.add({
    name: 'rule/target',
    busName: 'bus',
    matches: () => true,
    maximumRetries: 2,
    maximumAgeSeconds: 3600,
    waitSeconds: () => 0,
    ...target,
  });
  const place = { names: ['bus'], region: 'r', account: 'a' };
  const { buses } = localEventBuses(database, place, deliveries, (observation) => observations.push(observation));
  const close = () => {
    deliveries.stop();
    database.close();
  };
  return { buses, deliveries, observations, close };
}

/** A counter whose promise resolves at the given number of calls. */
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
  it('are retried until the target accepts the event, and not after that', async () => {
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

  it('end with a dead letter after the last retry', async () => {
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

  it('that were in progress when the process ended are repeated at the next start', async () => {
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

  it('go only to targets of the event’s bus whose pattern matches, and only once per origin', async () => {
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

  it('to a rule that the current run does not have wait for a run that has it', async () => {
    const path = await directory();
    const first = bus(path, { deliver: () => new Promise(() => {}) });
    first.buses.put(entry);
    first.close();
    const without = bus(path, { name: 'another/target', matches: () => false, deliver: () => {} });
    without.deliveries.start();
    expect(without.deliveries.unfinished()).toEqual([]);
    without.close();
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const again = bus(path, { deliver: (envelope) => resolve(envelope.detail) });
    again.deliveries.start();
    expect(await promise).toEqual({ n: 1 });
    await new Promise(setImmediate);
    again.close();
  });

  it('carry the time that the event names, but count their age from the put', async () => {
    const calls = times(2);
    const heard: string[] = [];
    const { buses, close } = bus(await directory(), {
      deliver: ({ time }) => {
        heard.push(time);
        if (calls.call() === 1) throw new Error('not now');
      },
    });
    // Epoch seconds, as the SDK sends a Date. If the age counted from this time, the first failure would be the last.
    buses.put({ ...entry, Time: Date.parse('2020-02-29T12:00:00.500Z') / 1000 });
    await calls.reached;
    expect(heard).toEqual(['2020-02-29T12:00:00Z', '2020-02-29T12:00:00Z']);
    close();
  });

  it.each([
    ['2020-02-29T12:00:00Z', '2020-02-29T12:00:00Z'],
    ['2020-02-29T13:00:00.123+01:00', '2020-02-29T12:00:00Z'],
    ['0', undefined],
    ['yesterday', undefined],
    [Number.NaN, undefined],
  ])('convert or refuse the event time %s', async (Time, time) => {
    const { buses, observations, close } = bus(await directory(), { deliver: () => {} });
    const result = buses.put({ ...entry, Time });
    if (time === undefined) expect(result).toMatchObject({ ErrorCode: 'InvalidArgument' });
    else expect(observations).toMatchObject([{ kind: 'event-put', envelope: { time } }]);
    await new Promise(setImmediate);
    close();
  });
});
