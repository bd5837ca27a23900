import { readdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { type Mutation, mutate, mutations, outcomeOf } from './mutate.ts';

/**
 * `npm run fuzz`: mutates real files, and exits with 1 when an inspection throws or exceeds its limits. The script runs
 * with a heap of 64 MiB: an inspection that needs more memory crashes the process.
 */

const { values } = parseArgs({ options: { runs: { type: 'string' }, seed: { type: 'string' } } });
const runs = Number(values.runs ?? 100_000);
const seed = Number(values.seed ?? Date.now() % 2 ** 31);

const folder = new URL('../../../fixtures/inspection/', import.meta.url);
const clip = new URL('../../../../infra/local/pinterest/sample-clip.mp4', import.meta.url);
const names = readdirSync(folder).filter((name) => /\.(mp4|mov|m4a)$/.test(name));
const files = [clip, ...names.map((name) => new URL(name, folder))].map((url) => readFileSync(url));

const say = (line: string) => process.stdout.write(`${line}\n`);
say(`${runs} mutations of ${files.length} files, seed ${seed}`);
const verdicts = new Map<string, number>();
let slowest = 0;
const begun = performance.now();
const check = async (which: number, changes: Mutation[]) => {
  const { verdict, cpuSeconds, problem } = await outcomeOf(mutate(files[which] ?? Buffer.alloc(0), changes));
  if (problem !== undefined) throw new Error(problem);
  const name = verdict?.verdict === 'rejected' ? `rejected, ${verdict.rule}` : (verdict?.verdict ?? 'none');
  verdicts.set(name, (verdicts.get(name) ?? 0) + 1);
  slowest = Math.max(slowest, cpuSeconds);
};
const found = await fc.check(fc.asyncProperty(fc.nat(files.length - 1), mutations(), check), { numRuns: runs, seed });
for (const [name, count] of [...verdicts].sort((a, b) => b[1] - a[1])) say(`${String(count).padStart(8)} ${name}`);
say(
  `${((performance.now() - begun) / 1000).toFixed(1)} s; the slowest inspection took ${(slowest * 1000).toFixed(1)} ms of CPU`,
);
if (found.failed) say(fc.defaultReportMessage(found) ?? '');
process.exitCode = found.failed ? 1 : 0;
