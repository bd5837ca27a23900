import { writeFileSync } from 'node:fs';
import { type Assembly, assemble } from '../harness/assembly.ts';
import { HELP, readCommandLine, UsageError } from './command-line.ts';
import { machine } from './machine.ts';
import type { Measured } from './part.ts';
import { figuresOf, printed } from './report.ts';

async function run(): Promise<void> {
  const { help, parts, json, runs, sizeMib, servers } = readCommandLine(process.argv.slice(2));
  if (help) {
    process.stdout.write(HELP);
    return;
  }
  let assembled: Promise<Assembly> | undefined;
  const assembly = () => {
    assembled ??= assemble();
    return assembled;
  };
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const measured = new Map<string, Measured>();
  const on = machine();
  process.stdout.write(
    `${Object.entries(on)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}; medians of ${runs}\n`,
  );
  try {
    for (const part of parts) {
      const result = await part.measure({ runs, sizeMib, servers, assembly, say });
      measured.set(part.name, result);
      process.stdout.write(`${printed(part.name, result)}\n`);
    }
  } finally {
    (await assembled)?.remove();
  }
  writeFileSync(json, `${JSON.stringify(figuresOf(measured, on, runs), undefined, 2)}\n`);
  process.stdout.write(`\nThe figures are in ${json}, too.\n`);
}

try {
  await run();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
