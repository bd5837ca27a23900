import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { PinPorts } from '../../../functions/examples/publish-pin/pin-ports.ts';
import type { PinProgress } from '../../../functions/examples/publish-pin/pin-progress.ts';
import { publishPin } from '../../../functions/examples/publish-pin/publish-pin.ts';
import { mediaUploadSucceededEventExample } from '../../../shared/events/examples.ts';
import { PinterestError, type PinterestOperation } from '../../../shared/pinterest/pinterest-error.ts';
import { freeLane, freePlans, freeTurns, memorySchedules } from '../../functions/examples/publish-pin/memory-ports.ts';
import { historyEvents, MOST_EVENTS } from '../stack/status/history-events.ts';
import { machineDefinition, synthesized } from '../stack/synthesized.ts';

const definition = machineDefinition(synthesized({ with: 'publish-pin' }), 'Pindrop-PublishPin');

const refused = (operation: PinterestOperation, status: number) => new PinterestError('No.', { operation, status });

/** Faults that last longer than the give-up time, so that the Pin is never created. */
const OBSTACLES: Record<string, Partial<PinPorts>> = {
  'others are in the lane': { lane: { ...freeLane(), enter: async () => undefined } },
  'another Pin is stuck on the board': { turns: { ...freeTurns, ask: async () => ({ askAt: 0, held: true }) } },
  'the board cannot be read': {
    // biome-ignore lint/correctness/useYield: it throws before it could yield
    async *boardPins() {
      throw refused('boards_list_pins', 503);
    },
  },
  'the boards cannot be listed': {
    boards: {
      board: () => Promise.reject(refused('boards_list', 503)),
      section: () => Promise.reject(refused('board_sections_list', 503)),
    },
  },
  'the cover image cannot be read': { covers: { read: () => Promise.reject(new Error('S3 is down.')) } },
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

const START = Date.parse('2026-03-01T09:00:00Z');
const HOUR_MS = 3_600_000;
const LONGEST_SCHEDULE_HOURS = 30 * 24;

/**
 * Runs the execution of one Pin that is never created, with the shortest possible waits.
 * @param dueInHours 0 for a Pin that is due at once. The sleeps until then never begin.
 */
async function stuck(
  obstacle: string,
  { giveUpAfterHours, maxBackoffSeconds, patienceSeconds }: Limits,
  dueInHours = 0,
) {
  let clock = START;
  let died = false;
  let progress: PinProgress | undefined;
  const ports: PinPorts = {
    createPin: () => Promise.reject(new Error('Nobody comes here.')),
    async *boardPins() {},
    lane: { ...freeLane(), enter: async () => ({ made: [], before: [], note: async () => {} }) },
    schedules: memorySchedules(),
    turns: freeTurns,
    ...freePlans,
    now: () => new Date(clock),
    random: () => 0,
    ...OBSTACLES[obstacle],
  };
  const policy = {
    patienceSeconds,
    spacingSeconds: 60,
    retryPolicy: { giveUpAfterSeconds: giveUpAfterHours * 3600, maxBackoffSeconds },
  };
  const task = async (input: PinProgress) => {
    // After the function died, the machine looks for the Pin at once.
    if (!died && !input.sleepless) clock += input.waitSeconds * 1000;
    died = input.step === 'create' && obstacle.includes('dies');
    if (died) throw Object.assign(new Error('killed'), { name: 'Runtime.ExitError' });
    progress = await publishPin(input, policy, ports);
    return progress;
  };
  const { detail: upload } = mediaUploadSucceededEventExample;
  const metadata = { board: '42', publish_at: new Date(START + dueInHours * HOUR_MS).toISOString() };
  const detail = { ...upload, object: { ...upload.object, metadata } };
  const events = await historyEvents(
    definition,
    { ...mediaUploadSucceededEventExample, detail },
    {
      'Prepare or look for the Pin': task,
      'Wait until the Pin is due': () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDenied' })),
      'Create the Pin': task,
      'Emit the Pin event': async () => ({ FailedEntryCount: 0 }),
    },
  );
  const hours = (clock - START) / HOUR_MS;
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

  it.each(Object.keys(OBSTACLES).flatMap((obstacle) => LIMITS.map((limits) => [obstacle, limits] as const)))(
    'stays within the limit when it was scheduled 30 days ahead and none of its sleeps can begin: %s, %j',
    async (obstacle, limits) => {
      const { events, hours, detail } = await stuck(obstacle, limits, LONGEST_SCHEDULE_HOURS);
      expect(detail).toMatchObject({ status: 'failed', failure: { reason: 'gave_up' } });
      expect(events).toBeLessThan(MOST_EVENTS * 0.7);
      expect(hours).toBeGreaterThan(LONGEST_SCHEDULE_HOURS);
      expect(hours).toBeLessThan(LONGEST_SCHEDULE_HOURS + limits.giveUpAfterHours * 1.2);
    },
  );
});

describe('an execution that began before a stack update', () => {
  it('publishes a scheduled Pin in time with the definition that it was started with', async () => {
    const older = JSON.parse(
      readFileSync(new URL('../../fixtures/publish-pin/definition-without-schedules.json', import.meta.url), 'utf8'),
    );
    let clock = START;
    const ports: PinPorts = {
      createPin: async () => ({ pinId: '7' }),
      async *boardPins() {},
      ...freePlans,
      lane: freeLane(),
      schedules: memorySchedules(),
      turns: freeTurns,
      now: () => new Date(clock),
    };
    const policy = {
      patienceSeconds: 120,
      spacingSeconds: 0,
      retryPolicy: { giveUpAfterSeconds: 86_400, maxBackoffSeconds: 900 },
    };
    const { detail } = mediaUploadSucceededEventExample;
    const metadata = { board: '42', publish_at: '2026-03-21T09:00Z' };
    const upload = { ...detail, object: { ...detail.object, metadata } };
    const task = async (input: PinProgress) => {
      clock += input.waitSeconds * 1000;
      return publishPin(input, policy, ports);
    };
    const entries: { Detail: unknown }[] = [];
    await historyEvents(
      older,
      { ...mediaUploadSucceededEventExample, detail: upload },
      {
        'Prepare or look for the Pin': task,
        'Create the Pin': task,
        'Emit the Pin event': async ({ Entries }: { Entries: typeof entries }) => entries.push(...Entries),
      },
    );
    expect(entries).toEqual([
      expect.objectContaining({ Detail: expect.objectContaining({ status: 'published', lateBySeconds: 0 }) }),
    ]);
  });
});
