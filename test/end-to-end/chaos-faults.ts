import type { Fault, FaultSource, SimulatedOperation } from '../../infra/local/pinterest/faults.ts';
import type { LocalPindrop } from '../harness/local-pindrop.ts';
import { seededRandom } from '../harness/seeded-random.ts';

const FAULT_PROBABILITY = 0.25;
/**
 * Probability, for each request to Pinterest, that a function's process is killed soon after it. Kills that follow the
 * clock would hit a slow machine more often, and would make it slower still.
 */
const KILL_PROBABILITY = 0.1;
const TURN_MS = 200;

const COMMON: [weight: number, fault: Fault][] = [
  [4, { kind: 'status', status: 500 }],
  [3, { kind: 'status', status: 429, retryAfterSeconds: 2 }],
  [3, { kind: 'html', status: 502 }],
  [3, { kind: 'garbage' }],
  [4, { kind: 'reset' }],
  [2, { kind: 'status', status: 401, code: 2 }],
  [3, { kind: 'slow', milliseconds: 300 }],
];
const FAULTS: Record<SimulatedOperation, [weight: number, fault: Fault][]> = {
  media_create: [...COMMON, [2, { kind: 'status', status: 403, code: 29 }]],
  media_get: [...COMMON, [4, { kind: 'status', status: 404 }]],
  media_list: COMMON,
  upload: [
    [4, { kind: 'reset', afterBytes: 1000 }],
    [4, { kind: 'reset' }],
    [6, { kind: 'stored-not-answered' }],
    [4, { kind: 'status', status: 503, s3Code: 'SlowDown' }],
    [2, { kind: 'status', status: 403, s3Code: 'ExpiredToken' }],
    [2, { kind: 'status', status: 400, s3Code: 'EntityTooLarge' }],
    [2, { kind: 'slow', milliseconds: 500 }],
  ],
  // These operations come last, so that the other operations keep their seeds.
  pins_create: [...COMMON, [8, { kind: 'stored-not-answered' }], [4, { kind: 'made-late', milliseconds: 500 }]],
  boards_list_pins: COMMON,
  boards_list: COMMON,
  board_sections_list: COMMON,
};
/** Matches the permanent errors above in a failure message. Only these errors may fail a drop. */
export const FINAL_ANSWER = /\((403, code 29|400 EntityTooLarge)\)/;

/** With the same seed, the n-th request of an operation gets the same fault. */
export function seededFaults(seed: number): FaultSource {
  const draws = Object.fromEntries(
    Object.keys(FAULTS).map((operation, index) => [operation, seededRandom(seed + index)]),
  );
  return ({ operation }) => {
    const random = draws[operation] ?? Math.random;
    const [strikes, which] = [random() < FAULT_PROBABILITY, random()];
    if (!strikes) return undefined;
    const faults = FAULTS[operation];
    const drawn = which * faults.reduce((sum, [weight]) => sum + weight, 0);
    let reached = 0;
    for (const [weight, fault] of faults) {
      reached += weight;
      if (drawn < reached) return fault;
    }
    return undefined;
  };
}

/**
 * Kills function processes at random, busy or idle.
 * @returns a function that stops the killing and returns the number of killed processes
 */
export function killFunctions({ stack, simulator }: LocalPindrop, random: () => number): () => number {
  let kills = 0;
  let seen = 0;
  const timer = setInterval(() => {
    for (; seen < simulator.requests.length; seen++) {
      if (random() >= KILL_PROBABILITY) continue;
      const all = stack.functionProcesses();
      const victim = all[Math.floor(random() * all.length)];
      if (victim === undefined) continue;
      process.kill(victim.processId, 'SIGKILL');
      kills++;
    }
  }, TURN_MS);
  return () => {
    clearInterval(timer);
    return kills;
  };
}
