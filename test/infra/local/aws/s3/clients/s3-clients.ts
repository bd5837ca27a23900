import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { localStack } from '../../../../../../infra/operations/stack-location.ts';
import { AWS_CLI } from './aws-cli.ts';
import { BOTO3 } from './boto3.ts';
import { CURL_CLIENT } from './curl.ts';
import { OPERATIONS, type OperationName, type S3Client } from './operations.ts';
import { RCLONE } from './rclone.ts';
import { S3CMD } from './s3cmd.ts';

const CLIENTS = [AWS_CLI, BOTO3, RCLONE, S3CMD, CURL_CLIENT];
const STATE = process.env['PINDROP_STATE_DIR'] ?? fileURLToPath(new URL('../../../../../../.pindrop', import.meta.url));
const TIMEOUT_MS = 300_000;
const ODD_NAMES = [
  'R&D <1>.mp4',
  `it's "5 + 5".mp4`,
  '100% #1?.mp4',
  '😀 é 動画.mp4',
  'sub folder/a=b;c,d@e$f!.mp4',
  '&amp;.mp4',
];

interface Outcome {
  succeeded: boolean;
  output: string;
}

/** Creates a directory with the files that the scripts expect, and a wrapper of s3cmd for the stack's endpoint. */
async function workplace(environment: NodeJS.ProcessEnv): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'pindrop-s3-clients-'));
  await writeFile(join(directory, 'small'), randomBytes(100_000));
  await writeFile(join(directory, 'large'), randomBytes(20 * 1024 ** 2));
  await mkdir(join(directory, 'odd/sub folder'), { recursive: true });
  for (const name of ODD_NAMES) await writeFile(join(directory, 'odd', name), name);
  await mkdir(join(directory, 'many'));
  for (let number = 0; number < 1200; number++)
    await writeFile(join(directory, 'many', `${number} &.mp4`), `${number}`);
  const host = new URL(environment['EP'] ?? '').host;
  const options = `--no-ssl --host=${host} --host-bucket=${host} --no-progress --config=/dev/null`;
  const credentials = '--access_key="$AWS_ACCESS_KEY_ID" --secret_key="$AWS_SECRET_ACCESS_KEY"';
  await writeFile(join(directory, 's3cmd'), `#!/bin/sh\nexec s3cmd ${options} ${credentials} "$@"\n`, { mode: 0o755 });
  return directory;
}

/** `refused CODE COMMAND …` succeeds when the command fails and names the code. */
const PRELUDE = 'refused() { code=$1; shift; if out=$("$@" 2>&1); then return 1; fi; grep -q "$code" <<<"$out"; }\n';
const SHOWN_CHARACTERS = 3000;

const bash = (script: string, cwd: string, environment: NodeJS.ProcessEnv): Promise<Outcome> =>
  new Promise((resolve) => {
    const options = { cwd, env: environment, timeout: TIMEOUT_MS, maxBuffer: 64 * 1024 ** 2 };
    execFile('bash', ['--norc', '-euo', 'pipefail', '-c', PRELUDE + script], options, (error, stdout, stderr) =>
      resolve({ succeeded: !error, output: `${stdout}${stderr}`.trim().slice(-SHOWN_CHARACTERS) }),
    );
  });

async function outcomesOf(client: S3Client, names: readonly OperationName[], environment: NodeJS.ProcessEnv) {
  const outcomes = new Map<OperationName, Outcome>();
  for (const name of names) {
    const script = client.scripts[name];
    if (script === undefined) continue;
    const directory = await workplace(environment);
    const prefix = `s3-clients/${client.name}/${randomBytes(4).toString('hex')}/`;
    const outcome = await bash(script, directory, { ...environment, P: prefix, HOME: directory });
    outcomes.set(name, outcome);
    process.stderr.write(`${client.name}: ${name}: ${outcome.succeeded ? 'ok' : `FAILED\n${outcome.output}\n`}\n`);
    await rm(directory, { recursive: true, force: true });
  }
  return outcomes;
}

/** Runs every installed client against the stack on this machine. @returns the exit code */
async function run(): Promise<number> {
  const { values } = parseArgs({ options: { client: { type: 'string' }, operation: { type: 'string' } } });
  const { client, outputs } = localStack(STATE);
  const [endpoint = '', region = ''] = [client.endpoint, client.region];
  const { accessKeyId = '', secretAccessKey = '' } = client.credentials ?? {};
  const environment: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    PYENV_ROOT: process.env['PYENV_ROOT'],
    LANG: 'C.UTF-8',
    EP: endpoint,
    B: outputs['DropBucketName'],
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_DEFAULT_REGION: region,
    AWS_PAGER: '',
    RCLONE_CONFIG_R_TYPE: 's3',
    RCLONE_CONFIG_R_PROVIDER: 'Other',
    RCLONE_CONFIG_R_ENV_AUTH: 'true',
    RCLONE_CONFIG_R_ENDPOINT: endpoint,
    RCLONE_CONFIG_R_REGION: region,
    RCLONE_CONFIG_R_FORCE_PATH_STYLE: 'true',
  };
  const names = OPERATIONS.filter((name) => values.operation === undefined || values.operation === name);
  const columns: { title: string; outcomes: Map<OperationName, Outcome> }[] = [];
  for (const each of CLIENTS.filter(({ name }) => values.client === undefined || values.client === name)) {
    const version = await bash(each.version, tmpdir(), environment);
    if (!version.succeeded) process.stderr.write(`${each.name} is not installed.\n`);
    else
      columns.push({ title: `${each.name}\n${version.output}`, outcomes: await outcomesOf(each, names, environment) });
  }
  const table = new Table({ head: ['', ...columns.map(({ title }) => title)], style: { head: [], border: [] } });
  const cell = (outcome: Outcome | undefined) => (outcome === undefined ? '' : outcome.succeeded ? 'ok' : 'FAILED');
  for (const name of names) table.push([name, ...columns.map(({ outcomes }) => cell(outcomes.get(name)))]);
  process.stdout.write(`${table}\n`);
  return columns.some(({ outcomes }) => [...outcomes.values()].some(({ succeeded }) => !succeeded)) ? 1 : 0;
}

process.exitCode = await run();
