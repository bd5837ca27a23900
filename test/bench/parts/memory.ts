import type { Part } from '../part.ts';
import { median } from '../statistics.ts';
import { mib, startUploadBench } from '../upload-bench.ts';

const SIZES_MIB = [1, 100, 1024, 2048];
/** Memory hardly varies between runs, and an upload of 2 GiB takes long. */
const MOST_RUNS = 5;

/** Measures the peak memory of the ingest function's process, by file size. */
export const memory: Part = {
  name: 'memory',
  about: 'peak memory of the ingest function, by file size',
  async measure({ runs, servers, assembly, say }) {
    const bench = await startUploadBench({ assembly, servers });
    try {
      const measured = new Map<number, number[]>(SIZES_MIB.map((size) => [size, []]));
      for (let run = 0; run < Math.min(runs, MOST_RUNS); run++) {
        for (const [size, peaks] of measured) {
          const object = await bench.object(mib(size));
          const ingest = bench.startIngest();
          try {
            await ingest.ingest(object);
            peaks.push(ingest.peakRssMib());
          } finally {
            await ingest.stop();
          }
          say(`memory ${run + 1}/${runs} ${size} MiB: ${peaks.at(-1)?.toFixed(0)} MiB`);
        }
      }
      const rssMib = Object.fromEntries(
        [...measured].map(([size, peaks]) => [String(size), Math.round(median(peaks))]),
      );
      const { 100: small = 0, 2048: large = 0 } = rssMib as Record<string, number>;
      return {
        figures: { rssMiB: rssMib },
        table: [
          ['file MiB', ...Object.keys(rssMib)],
          ['peak RSS MiB', ...Object.values(rssMib).map(String)],
        ],
        marks: [
          { figure: 'peak RSS at 2 GiB', value: large, atMost: 200, unit: 'MiB' },
          { figure: 'peak RSS at 2 GiB, as a multiple of that at 100 MiB', value: large / small, atMost: 1.15 },
        ],
        notes: [],
      };
    } finally {
      await bench.stop();
    }
  },
};
