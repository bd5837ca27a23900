import { countsOf, type FollowedCounts } from '../file-counts.ts';
import { uploadSeconds } from '../lambda-time.ts';
import type { Circumstances, Part } from '../part.ts';
import { type Bill, bill, LINES, total } from '../prices.ts';
import { askedBy, PEERS } from '../simulation/peers.ts';
import { ANSWER_SECONDS } from '../simulation/pinterest-model.ts';
import { steadyState } from '../simulation/steady-state.ts';
import { USUAL_WORLD } from '../simulation/worlds.ts';
import { median, rounded } from '../statistics.ts';
import { startUploadBench } from '../upload-bench.ts';

const FILES = 1000;
const SIZES = { '20 MB': 20_000_000, '1 GB': 1_000_000_000 };
const IN_FLIGHT = 30;
/** The plain machine polls again five seconds after each response. */
const plain = PEERS['every 5 s'] as (typeof PEERS)[string];
/** Lambda's minimum memory: the choice favours the plain machine. */
const PLAIN_MEGABYTES = 128;
const SEED = 1;

/** Compares what AWS bills for 1,000 files with the bill of a plain state machine of wait, poll and choice. */
export const cost: Part = {
  name: 'cost',
  about: "AWS's list price of 1,000 files, beside a plain machine that polls every 5 seconds",
  async measure(circumstances) {
    const stack = await circumstances.assembly();
    const cpu = await measuredCpu(circumstances);
    const { files, invocations, busySeconds, secretReads } = await steadyState({
      world: USUAL_WORLD,
      inFlight: IN_FLIGHT,
      warmUp: 2 * IN_FLIGHT,
      counted: FILES,
      seed: SEED,
    });
    const plainPolls = askedBy(plain, files).reduce((sum, { polls }) => sum + polls, 0);
    const pollMegabytes = stack.bundled('poll').memoryMegabytes;
    const ingestMegabytes = stack.bundled('ingest').memoryMegabytes;
    const ways: Record<string, FollowedCounts> = {
      Pindrop: { polls: invocations, pollSeconds: busySeconds, pollMegabytes, secretReads },
      plain: {
        polls: plainPolls,
        pollSeconds: plainPolls * ANSWER_SECONDS,
        pollMegabytes: PLAIN_MEGABYTES,
        secretReads: 0,
      },
    };
    const bills: Record<string, Bill> = {};
    for (const [name, size] of Object.entries(SIZES)) {
      const uploaded = { ingestMegabytes, uploadSeconds: FILES * uploadSeconds(size, cpu[name] ?? 0, ingestMegabytes) };
      for (const [way, followed] of Object.entries(ways)) {
        bills[`${way}, ${name}`] = bill(countsOf(files.length, followed, { ...uploaded, traced: way === 'Pindrop' }));
      }
    }
    const ratio = (name: string) => total(bills[`Pindrop, ${name}`] as Bill) / total(bills[`plain, ${name}`] as Bill);
    const lines = Object.keys(LINES) as (keyof typeof LINES)[];
    return {
      figures: {
        ratioToPlain: rounded(ratio('20 MB')),
        ratioToPlain1GB: rounded(ratio('1 GB')),
        dollarsPer1000: Object.fromEntries(Object.entries(bills).map(([name, each]) => [name, rounded(total(each))])),
        cpuSecondsPerFile: Object.fromEntries(Object.entries(cpu).map(([name, seconds]) => [name, rounded(seconds)])),
      },
      table: [
        [`US$ for ${FILES} files`, ...Object.keys(bills)],
        ...lines.map((line) => [LINES[line], ...Object.values(bills).map((each) => each[line].toFixed(4))]),
        ['together', ...Object.values(bills).map((each) => total(each).toFixed(4))],
      ],
      marks: [
        { figure: '1,000 files of 20 MB, as a share of the plain machine’s', value: ratio('20 MB'), atMost: 0.45 },
      ],
      notes: [
        `Polls: counted with ${IN_FLIGHT} files in flight, processing times independent of size, with a median of a minute.`,
        'Upload time: the CPU measured here at the function’s share of a CPU, or 75 MB/s if that is longer, and 0.6 s of requests.',
        'The plain machine has the same upload, a poll function of 128 MB, no tracing, and asks every 5 s. No free tier; the way out of AWS is not in it.',
        'Files of 1 GB are asked about as often as those of 20 MB: only the upload is another.',
      ],
    };
  },
};

/** Measures the CPU seconds that the ingest function needs for a file of each size. */
async function measuredCpu({ runs, servers, assembly, say }: Circumstances): Promise<Record<string, number>> {
  const bench = await startUploadBench({ assembly, servers });
  try {
    const measured: Record<string, number[]> = {};
    const objects = await Promise.all(
      Object.entries(SIZES).map(async ([name, size]) => [name, await bench.object(size)] as const),
    );
    for (let run = 0; run < runs; run++) {
      const ingest = bench.startIngest();
      try {
        // The first file warms the function up. Lambda decides how many files a sandbox handles.
        await ingest.ingest((objects[0] as (typeof objects)[number])[1]);
        for (const [name, object] of objects) {
          const { cpuSeconds } = await ingest.ingest(object);
          measured[name] = [...(measured[name] ?? []), cpuSeconds];
        }
      } finally {
        await ingest.stop();
      }
      say(`cost ${run + 1}/${runs}`);
    }
    return Object.fromEntries(Object.entries(measured).map(([name, seconds]) => [name, median(seconds)]));
  } finally {
    await bench.stop();
  }
}
