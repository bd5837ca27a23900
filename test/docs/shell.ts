import { spawn } from 'node:child_process';
import { PROJECT } from './markdown.ts';

export interface ShellOptions {
  /** Working directory; the project's directory by default. */
  directory?: string;
  environment?: Record<string, string>;
  /** The reader's action when the command prints a text that matches `says`: Ctrl+C, or a function. */
  when?: { says: RegExp; does: 'interrupt' | ((said: string) => Promise<void>) };
}

export interface Outcome {
  /** Null if a signal ended the command. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * The environment of a reader's shell: it has no variables from the tests, npm, Pinterest or AWS, except the two that
 * only save time.
 */
function readersEnvironment(): NodeJS.ProcessEnv {
  const ours =
    /^(npm_(?!config_(registry|cache|cafile|.*proxy)$)|INIT_CWD$|NODE_(?!EXTRA_CA|COMPILE_CACHE$)|VITEST|TEST$|PROD$|DEV$|MODE$|SSR$|BASE_URL$|PINDROP_(?!BUNDLES$)|PINTEREST_|SLACK_|AWS_)/i;
  const inherited = Object.entries(process.env).filter(([name]) => !ours.test(name));
  // Outside EC2, a request for instance credentials would only wait for its timeout.
  return { ...Object.fromEntries(inherited), AWS_EC2_METADATA_DISABLED: 'true' };
}

/** Runs a command in a shell. */
export function shell(command: string, { directory = PROJECT, environment = {}, when }: ShellOptions = {}) {
  // The command gets its own process group, so that Ctrl+C reaches all its processes, as on a terminal.
  // The shell ignores Ctrl+C, as an interactive shell does, and returns the command's exit code.
  const child = spawn('/bin/sh', ['-c', `trap : INT\n${command}`], {
    cwd: directory,
    env: { ...readersEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const signal = (name: NodeJS.Signals) => {
    try {
      process.kill(-(child.pid ?? 0), name);
    } catch {
      // The process group has already ended.
    }
  };
  const said = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  const until = (says: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!says.test(said.stdout + said.stderr)) return;
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      look();
      ended.then(() => reject(new Error(`${command} ended before it said ${says}:\n${said.stdout}${said.stderr}`)));
    });
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...said }));
  });
  const reacted = when
    ? until(when.says).then(() => (when.does === 'interrupt' ? signal('SIGINT') : when.does(said.stdout + said.stderr)))
    : Promise.resolve();
  return {
    said,
    until,
    /** Resolves when the command has ended and the reader's action is done. */
    outcome: reacted.then(() => ended),
    /** Kills the command and all the processes that it started. */
    async end() {
      signal('SIGKILL');
      await ended;
      await reacted.catch(() => {});
    },
  };
}
