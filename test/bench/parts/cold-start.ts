import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { type Assembly, LAMBDA_ENVIRONMENT } from '../../harness/assembly.ts';
import { BUNDLE_KILOBYTES } from '../../harness/bundle-kilobytes.ts';
import type { Figures, Part } from '../part.ts';
import { median, rounded } from '../statistics.ts';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
/** A start takes only milliseconds, and other work on the machine disturbs it. Therefore it is measured many times. */
const RUNS_FOR_EACH = 5;

interface Start {
  /** Milliseconds from the start of the process until the handler is loaded. */
  ms: number;
  /** The part of `ms` that the import of the bundle took. */
  importMs: number;
}

/** Measures how soon a function is ready in a new process. */
export const coldStart: Part = {
  name: 'cold-start',
  about: 'time until the handler is ready, and size of the bundles, compared with untuned bundles of the same source',
  async measure({ runs, assembly, say }) {
    const directory = mkdtempSync(join(tmpdir(), 'pindrop-untuned-'));
    try {
      const stack = await assembly();
      const bundles = await bundlesIn(directory, stack);
      const measured = new Map<string, Start[]>();
      for (let run = 0; run < runs * RUNS_FOR_EACH; run++) {
        for (const [name, path] of Object.entries(bundles)) {
          const environment = name === 'empty' ? {} : stack.bundled(name.replace(/ untuned$/, '')).environment;
          measured.set(name, [...(measured.get(name) ?? []), await start(path, environment)]);
        }
        if ((run + 1) % RUNS_FOR_EACH === 0) say(`cold-start ${(run + 1) / RUNS_FOR_EACH}/${runs}`);
      }
      return summary(measured, bundles);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

async function bundlesIn(directory: string, stack: Assembly): Promise<Record<string, string>> {
  const empty = join(directory, 'empty/index.js');
  mkdirSync(join(directory, 'empty'));
  writeFileSync(empty, 'exports.handler = async () => {};\n');
  const bundles: Record<string, string> = { empty };
  for (const name of Object.keys(BUNDLE_KILOBYTES)) {
    const untuned = join(directory, name, 'index.mjs');
    await build({
      entryPoints: [join(PROJECT, `functions/${name}/handler.ts`)],
      outfile: untuned,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node24',
      logLevel: 'error',
      // A bundle that contains CommonJS does not run without this banner.
      banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    });
    bundles[name] = stack.bundled(name).path;
    bundles[`${name} untuned`] = untuned;
  }
  return bundles;
}

/** Loads a bundle as Lambda's runtime does, and prints how long it took. */
const LOADER = `
  const begun = performance.now();
  const { handler } = await import(process.argv[1]);
  const now = performance.now();
  if (typeof handler !== 'function') throw new Error('There is no handler.');
  process.stdout.write(JSON.stringify({ ms: now, importMs: now - begun }));
  process.exit();
`;

async function start(path: string, environment: Record<string, string>): Promise<Start> {
  const variables = { ...environment, ...LAMBDA_ENVIRONMENT };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', LOADER, path], {
    env: variables,
  });
  return JSON.parse(stdout);
}

function summary(measured: Map<string, Start[]>, bundles: Record<string, string>) {
  const of = (name: string, what: keyof Start) => median((measured.get(name) ?? []).map((each) => each[what]));
  const kB = (name: string) => statSync(bundles[name] ?? '').size / 1000;
  const figures: Figures = { empty: { ms: rounded(of('empty', 'ms')), importMs: rounded(of('empty', 'importMs')) } };
  const table = [
    ['function', 'ready ms', 'untuned ms', 'ratio', 'bundle ms', 'untuned ms', 'ratio', 'kB', 'untuned kB'],
  ];
  table.push([
    'an empty handler',
    of('empty', 'ms').toFixed(1),
    '',
    '',
    of('empty', 'importMs').toFixed(1),
    '',
    '',
    '',
    '',
  ]);
  const marks = [];
  for (const [name, atMost] of Object.entries(BUNDLE_KILOBYTES)) {
    const untuned = `${name} untuned`;
    const ready = { ms: rounded(of(name, 'ms')), untunedMs: rounded(of(untuned, 'ms')) };
    const bundle = { importMs: rounded(of(name, 'importMs')), untunedImportMs: rounded(of(untuned, 'importMs')) };
    const sizes = { kB: rounded(kB(name)), untunedKB: rounded(kB(untuned), 4) };
    const ratioToUntuned = rounded(ready.ms / ready.untunedMs);
    const importRatioToUntuned = rounded(bundle.importMs / bundle.untunedImportMs);
    figures[name] = { ...ready, ratioToUntuned, ...bundle, importRatioToUntuned, ...sizes };
    table.push(
      [
        ...[name, ...Object.values(ready), ratioToUntuned],
        ...[...Object.values(bundle), importRatioToUntuned, ...Object.values(sizes)],
      ].map(String),
    );
    const figure = `${name}: ready, as a share of the untuned bundle's time`;
    if (name === 'ingest' || name === 'poll') marks.push({ figure, value: ratioToUntuned, atMost: 0.65 });
    marks.push({ figure: `${name}: bundle`, value: sizes.kB, atMost, unit: 'kB' });
  }
  const notes = [
    'Ready: from the start of the process to the handler. Bundle: the part of it after import(); the rest is Node’s own, and the same for all.',
    'Untuned: the same source with the same AWS SDK, bundled by esbuild with its defaults: an ES module, not minified, CommonJS builds of the packages.',
  ];
  return { figures, table, marks, notes };
}
