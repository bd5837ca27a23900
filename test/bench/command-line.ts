import { parseArgs } from 'node:util';
import { PARTS } from './parts.ts';
import { defaultServers, SERVERS, type ServerName } from './servers/start-servers.ts';

export const HELP = `Measures Pindrop and its peers on this machine: npm run bench -- [PART …]

${PARTS.map(({ name, about }) => `  ${name.padEnd(12)}${about}`).join('\n')}

  --json FILE     file for the figures, as JSON (default bench.json)
  --runs N        interleaved runs for each median (default 5)
  --size-mib N    size of the file in the part upload (default 1024)
  --servers NAME  nginx or node: what serves the object and takes the upload (default nginx, if it is installed)
  --help          this text

Without a part, all of them. Peers that are not installed (curl) are named and left out.
Exit code: 0 measured, whatever came out; 2 wrong usage.
`;

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws UsageError whose message is one sentence */
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
    servers: serversOf(values.servers),
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
        servers: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0] ?? '');
  }
}

function serversOf(name: string | undefined): ServerName {
  if (name === undefined) return defaultServers();
  const known = SERVERS.find((server) => server === name);
  if (!known) throw new UsageError(`--servers takes ${SERVERS.join(' or ')}.`);
  if (known === 'nginx' && defaultServers() !== 'nginx') throw new UsageError('nginx is not installed.');
  return known;
}

function positive(flag: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new UsageError(`${flag} takes a whole number from 1.`);
  return Number(text);
}
