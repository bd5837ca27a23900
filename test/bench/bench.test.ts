import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { seededRandom } from '../harness/seeded-random.ts';
import { bill, total } from './prices.ts';
import { missingPrograms } from './programs.ts';
import { steadyState } from './simulation/steady-state.ts';
import { VirtualClock } from './simulation/virtual-clock.ts';
import { fileDrawer, USUAL_WORLD, WORLDS } from './simulation/worlds.ts';
import { median, quantile, rounded } from './statistics.ts';

const BENCH = fileURLToPath(new URL('bench.ts', import.meta.url));

async function bench(...args: string[]) {
  const child = spawn(process.execPath, [BENCH, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

describe('npm run bench', () => {
  it('prints the results as tables and writes them to a JSON file', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'pindrop-bench-test-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const json = join(directory, 'out.json');
    const { code, stdout } = await bench('cold-start', 'requests', 'scale', '--runs', '1', '--json', json);
    expect(code).toBe(0);
    expect(stdout).toContain('300 in flight');
    // The simulated parts give the same results on every machine, so they must never miss a mark.
    for (const part of ['requests', 'scale']) {
      const [, report = ''] = stdout.split(`\n${part}\n`);
      expect(report.split('\n\n')[0]).not.toContain('missed');
    }
    const figures = JSON.parse(readFileSync(json, 'utf8'));
    expect(Object.keys(figures)).toEqual(['coldStart', 'requests', 'scale', 'machine', 'runs']);
    const ready = { ms: expect.any(Number), kB: expect.any(Number), ratioToUntuned: expect.any(Number) };
    for (const name of ['ingest', 'poll', 'report-dead-letter', 'rotate-token']) {
      expect(figures.coldStart[name]).toMatchObject(ready);
    }
    expect(Object.keys(figures.requests)).toEqual(expect.arrayContaining(WORLDS.map(({ name }) => name)));
    expect(figures.scale.linear).toBeLessThanOrEqual(11.5);
    expect(figures.machine.node).toBe(process.version);
  });

  it('measures real uploads through the deployed bundle, and says which peers are not installed', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'pindrop-bench-test-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const json = join(directory, 'out.json');
    // A test cannot judge speed: one run with 32 MiB is enough.
    const size = ['--runs', '1', '--size-mib', '32', '--servers', 'node'];
    const { code, stdout, stderr } = await bench('upload', ...size, '--json', json);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { upload } = JSON.parse(readFileSync(json, 'utf8'));
    const ratios = missingPrograms('curl').length === 0 ? ['cpuRatioToCurl', 'wallRatioToCurlPipe'] : [];
    for (const ratio of ['cpuRatioToAxios', ...ratios]) expect(upload[ratio]).toEqual(expect.any(Number));
    expect('cpuRatioToCurl' in upload).toBe(ratios.length > 0);
    expect(stdout.includes('Measured without curl')).toBe(ratios.length === 0);
    expect(upload.pindrop.peakRssMib).toBeGreaterThan(20);
  });

  it.each([
    [['uplaod'], 'There is no part uplaod: there are upload, memory, cold-start, requests, cost, scale.'],
    [['--runs', '0'], '--runs takes a whole number from 1.'],
    [['--speed'], "Unknown option '--speed'"],
    [['--servers', 'apache'], '--servers takes nginx or node.'],
  ])('exits with code 2 and prints one sentence for the arguments %j', async (args, sentence) => {
    const { code, stdout, stderr } = await bench(...args);
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: `${sentence}\n` });
  });

  it('reports which programs are not installed', () => {
    expect(missingPrograms('sh', 'no-such-server')).toEqual(['no-such-server']);
  });
});

describe('the computations of the bench', () => {
  it('compute medians and quantiles, and round to significant digits', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
    expect([0, 0.5, 0.95, 1].map((share) => quantile([4, 1, 3, 2], share))).toEqual([1, 2, 4, 4]);
    expect(() => median([])).toThrow();
    expect(() => quantile([], 0.5)).toThrow();
    expect(rounded(1.23456)).toBe(1.23);
  });

  it("use AWS's prices for the bill", () => {
    const counts = {
      transitions: 1e6,
      lambdaRequests: 1e6,
      lambdaGbSeconds: 1e6,
      sqsRequests: 1e6,
      s3Reads: 1e6,
      events: 1e6,
      logGigabytes: 1,
      traces: 1e6,
      secretReads: 1e4,
    };
    expect(total(bill(counts))).toBeCloseTo(25 + 0.2 + 13.3334 + 0.4 + 0.4 + 1 + 0.5 + 5 + 0.05);
  });

  it('draw files of 1 MB to 2 GB, half of which take longer than the median of their world', () => {
    for (const world of WORLDS) {
      const draw = fileDrawer(world, seededRandom(1));
      const files = Array.from({ length: 4000 }, draw);
      const sizes = files.map(({ sizeBytes }) => sizeBytes);
      expect([Math.min(...sizes), Math.max(...sizes)]).toEqual([
        expect.toSatisfy((size: number) => size >= 1e6 && size < 2e6),
        expect.toSatisfy((size: number) => size > 1e9 && size <= 2e9),
      ]);
      const longer = files.filter(({ processingSeconds }) => processingSeconds > world.medianSeconds).length;
      expect(longer / files.length).toBeCloseTo(0.5, 1);
      expect(Math.max(...files.map(({ processingSeconds }) => processingSeconds))).toBeLessThanOrEqual(45 * 60);
    }
  });

  it('run simulated events in the order of their times', async () => {
    const clock = new VirtualClock();
    const heard: string[] = [];
    const tellAt = async (seconds: number, what: string) => {
      await clock.sleep(seconds);
      heard.push(`${clock.seconds} ${what}`);
    };
    tellAt(5, 'b').then(() => tellAt(1, 'd'));
    tellAt(5, 'c');
    tellAt(2, 'a');
    await clock.run();
    expect(heard).toEqual(['2 a', '5 b', '5 c', '6 d']);
  });

  it('give the same results for the same seed', async () => {
    const options = { world: USUAL_WORLD, inFlight: 5, warmUp: 10, counted: 50, seed: 3 };
    expect(await steadyState(options)).toEqual(await steadyState(options));
  });
});
