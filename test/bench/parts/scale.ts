import { countsOf } from '../file-counts.ts';
import type { Part } from '../part.ts';
import { bill, total } from '../prices.ts';
import { type Crowd, crowd } from '../simulation/crowd.ts';
import { rounded } from '../statistics.ts';

const DROPS = [100, 1000, 10_000];
const SEED = 1;
/** Assumed limits: Pinterest publishes none for its categories. The functions learn them from Pinterest's responses. */
const LIMITS = { registrationsPerMinute: 300, readsPerMinute: 1000 };
const MAX_CONCURRENCY = 10;
/** The result of the part `upload` on the author's machine. */
const CPU_SECONDS_PER_BYTE = 1.1 / 1024 ** 3;

const WORDS: Record<keyof Crowd['used'], string> = {
  concurrency: 'the functions that run at once (maxConcurrency)',
  registrations: "Pinterest's registrations a minute",
  reads: "Pinterest's reads a minute",
};

/** Simulates many drops at once under Pinterest's rate limits. */
export const scale: Part = {
  name: 'scale',
  about: '100, 1,000 and 10,000 drops at once in simulated time: how what they take grows',
  async measure({ assembly, say }) {
    const stack = await assembly();
    const [ingestMegabytes, pollMegabytes] = ['ingest', 'poll'].map((name) => stack.bundled(name).memoryMegabytes) as [
      number,
      number,
    ];
    const measured: (Crowd & { drops: number; dollars: number })[] = [];
    for (const drops of DROPS) {
      const machine = { ingestMegabytes, cpuSecondsPerByte: CPU_SECONDS_PER_BYTE };
      const each = await crowd({ drops, seed: SEED, maxConcurrency: MAX_CONCURRENCY, ...machine, ...LIMITS });
      const dollars = total(
        bill(countsOf(drops, { ...each, pollMegabytes }, { ...each, ingestMegabytes, traced: true })),
      );
      measured.push({ ...each, drops, dollars });
      say(`scale: ${drops} drops`);
    }
    const growth = (of: 'drainSeconds' | 'requests' | 'dollars') =>
      Math.max(...measured.slice(1).map((each, index) => each[of] / (measured[index] as typeof each)[of]));
    const growths = { drainSeconds: growth('drainSeconds'), requests: growth('requests'), dollars: growth('dollars') };
    const worst = Math.max(...Object.values(growths));
    const largest = measured.at(-1) as (typeof measured)[number];
    const [first] = Object.entries(largest.used).toSorted(([, one], [, other]) => other - one);
    const saturated = WORDS[(first?.[0] ?? 'concurrency') as keyof Crowd['used']];
    return {
      figures: {
        linear: rounded(worst),
        growthPerTenfold: Object.fromEntries(Object.entries(growths).map(([name, value]) => [name, rounded(value)])),
        saturatesFirst: saturated,
        used: Object.fromEntries(Object.entries(largest.used).map(([name, value]) => [name, rounded(value)])),
        ...Object.fromEntries(
          measured.map(({ drops, used: _used, ...each }) => [
            `drops${drops}`,
            Object.fromEntries(Object.entries(each).map(([name, value]) => [name, rounded(value, 4)])),
          ]),
        ),
      },
      table: [
        ['drops', 'uploaded after', 'last event after', 'waited, median', 'requests', 'refused', 'put off', 'US$'],
        ...measured.map((each) => [
          String(each.drops),
          ...[each.drainSeconds, each.lastEventSeconds, each.medianWaitSeconds].map(
            (s) => `${(s / 60).toFixed(1)} min`,
          ),
          ...[each.requests, each.refused, each.putOff].map(String),
          each.dollars.toFixed(3),
        ]),
      ],
      marks: [
        { figure: 'growth per tenfold, the largest of drain time, requests and cost', value: worst, atMost: 11.5 },
      ],
      notes: [
        `First to saturate: ${saturated}, of which the largest crowd used ${Math.round(100 * (first?.[1] ?? 0))} %.`,
        'All drops come at once, so that the oldest message in the queue is as old as the last upload is late.',
        `Assumed limits: ${LIMITS.registrationsPerMinute} registrations and ${LIMITS.readsPerMinute} reads a minute; files as in the part requests.`,
      ],
    };
  },
};
