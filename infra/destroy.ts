import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { filesOnTheWay } from './operations/files-on-the-way.ts';
import { mayLeave } from './operations/leave.ts';
import { OperationError } from './operations/operation-error.ts';
import { DEFAULT_STACK_NAME, deployedStack, type StackLocation } from './operations/stack-location.ts';
import { portsOf } from './operations/stack-ports.ts';

const LOOK_EVERY_MS = 10_000;

/**
 * `npm run destroy`: runs `cdk destroy` when no file lacks its final event. Otherwise it asks for confirmation first,
 * unless `--force` is given.
 */
async function run(args: string[]): Promise<number> {
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const stack = await find(stackName(args));
  if (stack && !(await mayDelete(stack, args, say))) return 1;
  return spawnSync('cdk', ['destroy', ...args], { stdio: 'inherit' }).status ?? 1;
}

async function mayDelete(stack: StackLocation, args: string[], say: (line: string) => void): Promise<boolean> {
  const ports = portsOf(stack);
  const terminal = process.stdin.isTTY ? createInterface({ input: process.stdin, output: process.stderr }) : undefined;
  try {
    const force = args.includes('--force') || args.includes('-f');
    const count = () => filesOnTheWay(ports);
    return await mayLeave(
      { count, say, ask: terminal && ((text) => terminal.question(text)), pause: () => pause(LOOK_EVERY_MS) },
      force,
    );
  } finally {
    terminal?.close();
  }
}

/** @returns undefined when the stack is not deployed; `cdk destroy` reports that itself */
async function find(name: string): Promise<StackLocation | undefined> {
  try {
    return await deployedStack(name);
  } catch (error) {
    if (error instanceof OperationError) return undefined;
    throw error;
  }
}

/** Reads the setting `stackName` from the command line or from cdk.json. */
function stackName(args: string[]): string {
  const [given] = args.flatMap((arg) => /^(?:--context=|-c=?)?stackName=(.+)$/.exec(arg)?.[1] ?? []);
  const { context = {} } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { context?: Record<string, string> };
  return given ?? context['stackName'] ?? DEFAULT_STACK_NAME;
}

process.exitCode = await run(process.argv.slice(2));
