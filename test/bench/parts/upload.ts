import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Used } from '../ingest-process.ts';
import type { Part } from '../part.ts';
import { curlGet, curlPipe, curlPost } from '../peers/curl.ts';
import { median, rounded } from '../statistics.ts';
import { type BenchObject, mib, startUploadBench, type UploadBench } from '../upload-bench.ts';

const AXIOS = fileURLToPath(new URL('../peers/axios-upload.ts', import.meta.url));

/** What a file of this size takes is taken off the larger one's CPU: no process's start is in the comparison. */
const SMALL_MIB = 1;

type Run = Used & { peakRssMib?: number };

/** One GiB from an HTTPS source into an HTTPS form upload: the real bundle beside curl and axios. */
export const upload: Part = {
  name: 'upload',
  about: 'CPU, time and memory of one upload, beside curl and axios',
  async measure({ runs, sizeMib, assembly, say }) {
    const bench = await startUploadBench({ assembly });
    try {
      const object = await bench.object(mib(sizeMib));
      const small = await bench.object(mib(SMALL_MIB));
      const contestants: Record<string, (object: BenchObject) => Promise<Run>> = {
        curlGet: ({ url }) => curlGet(url, bench),
        curlPost: ({ path }) => curlPost(path, bench.sinkUrl, bench),
        curlPipe: ({ url }) => curlPipe(url, bench.sinkUrl, bench),
        pindrop: (which) => ours(bench, small, which),
        axios: (which) => axios(bench, which),
      };
      const measured: Record<string, Run[]> = {};
      for (let run = 0; run < runs; run++) {
        for (const [name, contestant] of Object.entries(contestants)) {
          const { cpuSeconds: startSeconds } = await contestant(small);
          const used = await contestant(object);
          const cpuSeconds = used.cpuSeconds - startSeconds;
          measured[name] = [...(measured[name] ?? []), { ...used, cpuSeconds }];
          say(`upload ${run + 1}/${runs} ${name}: ${cpuSeconds.toFixed(2)} s of CPU, ${used.wallSeconds.toFixed(2)} s`);
        }
      }
      return summary(measured, sizeMib);
    } finally {
      await bench.stop();
    }
  },
};

/** A function that is warm: what a cold start costs is measured by itself. */
async function ours(bench: UploadBench, small: BenchObject, object: BenchObject): Promise<Run> {
  const ingest = bench.startIngest();
  try {
    await ingest.ingest(small);
    const used = await ingest.ingest(object);
    return { ...used, peakRssMib: ingest.peakRssMib() };
  } finally {
    await ingest.stop();
  }
}

async function axios({ sinkUrl, certificate }: UploadBench, { url, size }: BenchObject): Promise<Run> {
  const { stdout } = await promisify(execFile)(process.execPath, [AXIOS, url, String(size), sinkUrl], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate },
  });
  return JSON.parse(stdout);
}

function summary(measured: Record<string, Run[]>, sizeMib: number) {
  const of = (name: string, what: keyof Run) => median((measured[name] ?? []).map((run) => run[what] ?? 0));
  const cpu = (name: string) => of(name, 'cpuSeconds');
  const wall = (name: string) => of(name, 'wallSeconds');
  const curlCpu = cpu('curlGet') + cpu('curlPost');
  const figures = {
    cpuRatioToCurl: rounded(cpu('pindrop') / curlCpu),
    cpuRatioToAxios: rounded(cpu('pindrop') / cpu('axios')),
    wallRatioToSlowerCurl: rounded(wall('pindrop') / Math.max(wall('curlGet'), wall('curlPost'))),
    wallRatioToCurlPipe: rounded(wall('pindrop') / wall('curlPipe')),
    sizeMib,
    cpuSeconds: {
      ...{ pindrop: rounded(cpu('pindrop')), curl: rounded(curlCpu) },
      ...{ curlPipe: rounded(cpu('curlPipe')), axios: rounded(cpu('axios')) },
    },
    wallSeconds: {
      ...{ pindrop: rounded(wall('pindrop')), axios: rounded(wall('axios')) },
      ...{
        curlGet: rounded(wall('curlGet')),
        curlPost: rounded(wall('curlPost')),
        curlPipe: rounded(wall('curlPipe')),
      },
    },
    rssMib: { pindrop: Math.round(of('pindrop', 'peakRssMib')), axios: Math.round(of('axios', 'peakRssMib')) },
  };
  const { cpuSeconds, wallSeconds, rssMib } = figures;
  return {
    figures,
    table: [
      [`${sizeMib} MiB, HTTPS to HTTPS`, 'CPU s', 'wall s', 'peak RSS MiB'],
      ['Pindrop (the ingest bundle)', cpuSeconds.pindrop, wallSeconds.pindrop, rssMib.pindrop],
      ['curl GET and curl -F POST', cpuSeconds.curl, `${wallSeconds.curlGet} + ${wallSeconds.curlPost}`, ''],
      ['curl GET | curl POST', cpuSeconds.curlPipe, wallSeconds.curlPipe, ''],
      ['axios and form-data', cpuSeconds.axios, wallSeconds.axios, rssMib.axios],
    ].map((row) => row.map(String)),
    marks: [
      { figure: 'CPU, as a multiple of curl GET + curl POST', value: figures.cpuRatioToCurl, atMost: 1.15 },
      { figure: 'CPU, as a share of axios and form-data', value: figures.cpuRatioToAxios, atMost: 1 / 3 },
      { figure: 'wall, as a multiple of the slower curl', value: figures.wallRatioToSlowerCurl, atMost: 1.25 },
    ],
    notes: [
      'The two curls read and post one after the other; the pipe, Pindrop and axios do both at once, on the same cores as the servers.',
      `CPU is what the file takes beyond one of ${SMALL_MIB} MiB, so that no process's start is in it; wall is all of it.`,
    ],
  };
}
