import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { run } from '../../infra/cli/program.ts';
import { LOCAL_STACK_FILE } from '../../infra/operations/stack-location.ts';
import { portsOf, type StackPorts } from '../../infra/operations/stack-ports.ts';
import type { LocalPindrop } from './local-pindrop.ts';

export interface CommandRun {
  code: number;
  /** Lines of stdout and of stderr. */
  stdout: string[];
  stderr: string[];
}

/** Runs `pindrop` in this process. */
export async function pindrop(args: string[], environment: NodeJS.ProcessEnv = {}): Promise<CommandRun> {
  const written = { stdout: '', stderr: '' };
  const streamTo = (name: keyof typeof written) => ({
    write(text: string | Uint8Array) {
      written[name] += text;
      return true;
    },
  });
  const code = await run(args, { stdout: streamTo('stdout'), stderr: streamTo('stderr') }, environment);
  const linesOf = (text: string) => text.split('\n').slice(0, -1);
  return { code, stdout: linesOf(written.stdout), stderr: linesOf(written.stderr) };
}

/** The ports of a stack on this machine. */
export function portsTo({ stack: { endpoint, region, accessKey, outputs } }: LocalPindrop): StackPorts {
  const client = { endpoint, region, credentials: accessKey };
  return portsOf({ stackName: 'Pindrop', outputs, client, local: true });
}

/** Makes a state directory from which `pindrop … --local` finds a stack on this machine. */
export function localStateDirectory(
  { stack: { endpoint, region, accessKey, outputs } }: LocalPindrop,
  changedOutputs: object = {},
): string {
  const directory = mkdtempSync(join(tmpdir(), 'pindrop-command-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  mkdirSync(join(directory, 'simulator'));
  const location = { endpoint, region, accessKey, outputs: { ...outputs, ...changedOutputs } };
  writeFileSync(join(directory, 'simulator', LOCAL_STACK_FILE), JSON.stringify(location));
  return directory;
}

/** @returns a function that runs `pindrop … --local` against a stack on this machine */
export function pindropLocal(local: LocalPindrop, changedOutputs: object = {}) {
  const PINDROP_STATE_DIR = localStateDirectory(local, changedOutputs);
  return (...args: string[]) => pindrop([...args, '--local'], { PINDROP_STATE_DIR });
}
