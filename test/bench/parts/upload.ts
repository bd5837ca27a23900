import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Used } from '../ingest-process.ts';
import type { Figures, Measured, Part } from '../part.ts';
import { curlGet, curlPipe, curlPost } from '../peers/curl.ts';
import { missingPrograms } from '../programs.ts';
import type { ServerName } from '../servers/start-servers.ts';
import { median, rounded } from '../statistics.ts';
import { type BenchObject, mib, startUploadBench, type UploadBench } from '../upload-bench.ts';

const AXIOS = fileURLToPath(new URL('../peers/axios-upload.ts', import.meta.url));

/** The CPU time for a file of this size is subtracted, so that the comparison excludes the start of the process. */
const SMALL_MIB = 1;

type Run = Used & { peakRssMib?: number };

/** Uploads one file (1 GiB by default) from an HTTPS source to an HTTPS form: the real bundle, curl and axios. */
export const upload: Part = {
  name: 'upload',
  about: 'CPU, time and memory of one upload, beside curl and axios',
  async measure({ runs, sizeMib, servers, assembly, say }) {
    const bench = await startUploadBench({ assembly, servers });
    const withCurl = missingPrograms('curl', 'bash').length === 0;
    try {
      const object = await bench.object(mib(sizeMib));
      const small = await bench.object(mib(SMALL_MIB));
      const contestants: Record<string, (object: BenchObject) => Promise<Run>> = {
        ...(withCurl && {
          curlGet: ({ url }: BenchObject) => curlGet(url, bench),
          curlPost: ({ path }: BenchObject) => curlPost(path, bench.sinkUrl, bench),
          curlPipe: ({ url }: BenchObject) => curlPipe(url, bench.sinkUrl, bench),
        }),
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
      return summary(measured, sizeMib, servers);
    } finally {
      await bench.stop();
    }
  },
};

/** Measures a warm function. The part `cold-start` measures a cold one. */
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

function summary(measured: Record<string, Run[]>, sizeMib: number, servers: ServerName): Measured {
  const of = (name: string, what: keyof Run) => rounded(median((measured[name] ?? []).map((run) => run[what] ?? 0)));
  const [ours, peer] = [usedBy(of, 'pindrop'), usedBy(of, 'axios')];
  const file = `${sizeMib} MiB, HTTPS to HTTPS`;
  const cpuRatioToAxios = rounded(ours.cpuSeconds / peer.cpuSeconds);
  const figures: Figures = { sizeMib, servers, cpuRatioToAxios, pindrop: ours, axios: peer };
  const table = [
    [file, 'CPU s', 'wall s', 'peak RSS MiB'],
    ['Pindrop (the ingest bundle)', ours.cpuSeconds, ours.wallSeconds, ours.peakRssMib],
    ['axios and form-data', peer.cpuSeconds, peer.wallSeconds, peer.peakRssMib],
  ];
  const marks = [{ figure: 'CPU, as a share of axios and form-data', value: cpuRatioToAxios, atMost: 0.6 }];
  const notes = [
    `CPU is what the file takes beyond one of ${SMALL_MIB} MiB, so that no process start is in it; wall is all of it.`,
    `The servers are ${servers === 'nginx' ? "nginx's" : "Node's own"}, on the same cores.`,
  ];
  if (!measured['curlGet']) notes.push('Measured without curl, which is not installed: apt-get install curl.');
  else {
    const [get, post, pipe] = [usedBy(of, 'curlGet'), usedBy(of, 'curlPost'), usedBy(of, 'curlPipe')];
    const cpuSeconds = rounded(get.cpuSeconds + post.cpuSeconds);
    const cpuRatioToCurl = rounded(ours.cpuSeconds / cpuSeconds);
    const wallRatioToCurlPipe = rounded(ours.wallSeconds / pipe.wallSeconds);
    const seconds = ({ cpuSeconds, wallSeconds }: Used) => ({ cpuSeconds, wallSeconds });
    Object.assign(figures, { cpuRatioToCurl, wallRatioToCurlPipe });
    Object.assign(figures, { curlGet: seconds(get), curlPost: seconds(post), curlPipe: seconds(pipe) });
    table.push(
      ['curl GET, then curl -F POST', cpuSeconds, `${get.wallSeconds} + ${post.wallSeconds}`, ''],
      ['curl GET | curl POST', pipe.cpuSeconds, pipe.wallSeconds, ''],
    );
    marks.push(
      { figure: 'CPU, as a multiple of curl GET + curl -F POST', value: cpuRatioToCurl, atMost: 1.25 },
      { figure: 'wall, as a multiple of curl GET | curl POST', value: wallRatioToCurlPipe, atMost: 1.1 },
    );
    notes.push(
      'curl GET and curl POST run one after the other. The pipe, Pindrop and axios read and post at the same time.',
    );
  }
  return { figures, table: table.map((row) => row.map(String)), marks, notes };
}

const usedBy = (of: (name: string, what: keyof Run) => number, name: string) => ({
  cpuSeconds: of(name, 'cpuSeconds'),
  wallSeconds: of(name, 'wallSeconds'),
  peakRssMib: of(name, 'peakRssMib'),
});
