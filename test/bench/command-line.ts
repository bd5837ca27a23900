import { parseArgs } from 'node:util';
import { PARTS } from './parts.ts';

export const HELP = `Measures Pindrop beside its peers, on this machine: npm run bench -- [PART …]

${PARTS.map(({ name, about }) => `  ${name.padEnd(12)}${about}`).join('\n')}

  --json FILE     where the figures go for programs (default bench.json)
  --runs N        interleaved runs that a median is of (default 5)
  --size-mib N    size of the part upload's file (default 1024)
  --help          this text

Without a part, all of them. The parts upload and memory need nginx, openssl and curl.
Exit code: 0 measured, whatever came out; 2 wrong usage.
`;

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws UsageError with one sentence */
export function readCommandLine(args: string[]) {
  const { values, positionals } = parse(args);
  const unknown = positionals.find((name) => !PARTS.some((part) => part.name === name));
  if (unknown !== undefined) {
    throw new UsageError(`There is no part ${unknown}: there are ${PARTS.map(({ name }) => name).join(', ')}.`);
  }
  return {
    help: values.help ?? false,
    parts: positionals.length === 0 ? PARTS : PARTS.filter(({ name }) => positionals.includes(name)),
    json: values.json ?? 'bench.json',
    runs: positive('--runs', values.runs ?? '5'),
    sizeMib: positive('--size-mib', values['size-mib'] ?? '1024'),
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: 'string' },
        runs: { type: 'string' },
        'size-mib': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0] ?? '');
  }
}

function positive(flag: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new UsageError(`${flag} takes a whole number from 1.`);
  return Number(text);
}
