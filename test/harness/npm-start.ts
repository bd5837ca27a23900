import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { AccessKey } from '../../infra/local/aws/access-key.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

export interface Run {
  process: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** The complete lines of stdout, parsed as JSON. */
  events(): {
    id: string;
    detail: {
      uploadId: string;
      account?: string;
      status: string;
      object: { key: string; versionId?: string };
      sidecar?: object;
    };
  }[];
  /** The exit code; null if a signal ended it. */
  ended: Promise<number | null>;
  until(what: () => boolean): Promise<void>;
}

/** A state directory that several runs can share. */
export async function stateDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'pindrop-state-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Copies the files that `npm start` runs, with these settings in cdk.json. @returns the directory of the copy */
export async function projectWith(context: Record<string, unknown>): Promise<string> {
  const project = await mkdtemp(join(tmpdir(), 'pindrop-project-'));
  onTestFinished(() => rm(project, { recursive: true, force: true }));
  const parts = ['infra', 'functions', 'shared'];
  for (const part of [...parts, 'package.json', 'package-lock.json', 'tsconfig.json']) {
    await cp(join(PROJECT, part), join(project, part), { recursive: true });
  }
  await symlink(join(PROJECT, 'node_modules'), join(project, 'node_modules'));
  const cdk = JSON.parse(await readFile(join(PROJECT, 'cdk.json'), 'utf8'));
  await writeFile(join(project, 'cdk.json'), JSON.stringify({ ...cdk, context }));
  return project;
}

/** Runs the program behind `npm start`. */
export function npmStart(
  args: string[],
  directory: string,
  environment: Record<string, string> = {},
  project = PROJECT,
): Run {
  const {
    PINTEREST_ACCESS_TOKEN: _token,
    PINTEREST_ACCESS_TOKENS: _tokens,
    PINTEREST_API_URL: _url,
    ...inherited
  } = process.env;
  const child = spawn(process.execPath, [join(project, 'infra/local/start/start.ts'), ...args], {
    env: { ...inherited, PINDROP_STATE_DIR: directory, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    // A chunk may end within a character.
    child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
      for (const watcher of watchers) watcher();
    });
  }
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    process: child,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    events: () =>
      text.stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
    ended,
    until: (what) =>
      new Promise<void>((resolve, reject) => {
        const watcher = () => {
          if (what()) resolve();
        };
        watchers.add(watcher);
        watcher();
        ended.then(() => reject(new Error(`npm start ended before that: ${text.stderr}`)));
      }),
  };
}

/** Waits until the run is ready for S3 clients. @returns the endpoint, bucket and credentials that it printed */
export async function whereTo(run: Run): Promise<{ endpoint: string; bucket: string; credentials: AccessKey }> {
  await run.until(() => run.stderr().includes('Ctrl+C stops'));
  const named = (name: string) => new RegExp(`${name}[\\s=]+(\\S+)`).exec(run.stderr())?.[1] ?? '';
  const credentials = { accessKeyId: named('AWS_ACCESS_KEY_ID'), secretAccessKey: named('AWS_SECRET_ACCESS_KEY') };
  return { endpoint: named('endpoint'), bucket: named('bucket'), credentials };
}
