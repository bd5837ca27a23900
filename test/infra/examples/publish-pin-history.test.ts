import { describe, expect, it } from 'vitest';
import type { PinProgress } from '../../../functions/examples/publish-pin/pin-progress.ts';
import { type PinPorts, publishPin } from '../../../functions/examples/publish-pin/publish-pin.ts';
import { mediaUploadSucceededEventExample } from '../../../shared/events/examples.ts';
import { PinterestError } from '../../../shared/pinterest/pinterest-error.ts';
import { historyEvents, MOST_EVENTS } from '../stack/status/history-events.ts';
import { machineDefinition, synthesized } from '../stack/synthesized.ts';

const definition = machineDefinition(synthesized({ with: 'publish-pin' }), 'Pindrop-PublishPin');

const refused = (operation: 'pins_create' | 'boards_list_pins', status: number) =>
  new PinterestError('No.', { operation, status });

/** Faults that last longer than the give-up time, so that the Pin is never created. */
const OBSTACLES: Record<string, Partial<PinPorts>> = {
  'others are in the lane': { lane: { enter: async () => undefined } },
  'the board cannot be read': {
    // biome-ignore lint/correctness/useYield: it throws before it could yield
    async *boardPins() {
      throw refused('boards_list_pins', 503);
    },
  },
  'the rate limit is used up': { createPin: () => Promise.reject(refused('pins_create', 429)) },
  'no creation is answered': { createPin: () => Promise.reject(refused('pins_create', 500)) },
  'the function dies in each creation': {
    createPin: () => Promise.reject(Object.assign(new Error('killed'), { name: 'Runtime.ExitError' })),
  },
};

interface Limits {
  giveUpAfterHours: number;
  maxBackoffSeconds: number;
  patienceSeconds: number;
}

/** Runs the execution of one Pin that is never created, with the shortest possible waits. */
async function stuck(obstacle: string, { giveUpAfterHours, maxBackoffSeconds, patienceSeconds }: Limits) {
  let clock = Date.parse('2026-03-01T09:00:00Z');
  let died = false;
  let progress: PinProgress | undefined;
  const ports: PinPorts = {
    createPin: () => Promise.reject(new Error('Nobody comes here.')),
    async *boardPins() {},
    lane: { enter: async () => ({ made: [], before: [], note: async () => {} }) },
    now: () => new Date(clock),
    random: () => 0,
    ...OBSTACLES[obstacle],
  };
  const policy = { patienceSeconds, retryPolicy: { giveUpAfterSeconds: giveUpAfterHours * 3600, maxBackoffSeconds } };
  const task = async (input: PinProgress) => {
    // After the function died, the machine looks for the Pin at once.
    if (!died) clock += input.waitSeconds * 1000;
    died = input.step === 'create' && obstacle.includes('dies');
    if (died) throw Object.assign(new Error('killed'), { name: 'Runtime.ExitError' });
    progress = await publishPin(input, policy, ports);
    return progress;
  };
  const events = await historyEvents(definition, mediaUploadSucceededEventExample, {
    'Prepare or look for the Pin': task,
    'Create the Pin': task,
    'Emit the Pin event': async () => ({ FailedEntryCount: 0 }),
  });
  const hours = (clock - Date.parse('2026-03-01T09:00:00Z')) / 3_600_000;
  return { events, hours, detail: progress?.finalEvent?.detail };
}

const LIMITS: Limits[] = [
  { giveUpAfterHours: 24, maxBackoffSeconds: 900, patienceSeconds: 120 },
  { giveUpAfterHours: 120, maxBackoffSeconds: 5, patienceSeconds: 1 },
  { giveUpAfterHours: 120, maxBackoffSeconds: 5, patienceSeconds: 10 },
  { giveUpAfterHours: 120, maxBackoffSeconds: 900, patienceSeconds: 120 },
  { giveUpAfterHours: 120, maxBackoffSeconds: 3600, patienceSeconds: 3600 },
];

describe('a Pin that cannot be created', () => {
  it.each(Object.keys(OBSTACLES).flatMap((obstacle) => LIMITS.map((limits) => [obstacle, limits] as const)))(
    'fails in time, with less than half of the events that an execution history may have: %s, %j',
    async (obstacle, limits) => {
      const { events, hours, detail } = await stuck(obstacle, limits);
      expect(detail).toMatchObject({ status: 'failed', failure: { reason: 'gave_up' } });
      expect(events).toBeLessThan(MOST_EVENTS / 2);
      expect(hours).toBeLessThan(limits.giveUpAfterHours * 1.2);
    },
  );
});
