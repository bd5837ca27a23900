import { spawn } from 'node:child_process';
import { PROJECT } from './markdown.ts';

export interface ShellOptions {
  /** Where the reader is; the project's directory by default. */
  directory?: string;
  environment?: Record<string, string>;
  /** What the reader does once this has been said: press Ctrl+C, or anything else. */
  when?: { says: RegExp; does: 'interrupt' | ((said: string) => Promise<void>) };
}

export interface Outcome {
  /** Null when a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Of the environment, what a reader's shell has: nothing of the tests, of npm, of Pinterest or of AWS. */
function readersEnvironment(): NodeJS.ProcessEnv {
  const ours =
    /^(npm_(?!config_(registry|cache|cafile|.*proxy)$)|INIT_CWD$|NODE_(?!EXTRA_CA)|VITEST|TEST$|PROD$|DEV$|MODE$|SSR$|BASE_URL$|PINDROP_|PINTEREST_|SLACK_|AWS_)/i;
  const inherited = Object.entries(process.env).filter(([name]) => !ours.test(name));
  // Nobody is asked for credentials who could not answer.
  return { ...Object.fromEntries(inherited), AWS_EC2_METADATA_DISABLED: 'true' };
}

/** Types a command into a shell, as it is, and waits for its end. */
export function shell(command: string, { directory = PROJECT, environment = {}, when }: ShellOptions = {}) {
  // A process group of its own: Ctrl+C goes to all of it, as on a terminal.
  // The shell outlives it, as one that a person sits at does, and says how the command ended.
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
      // It has ended.
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
      child.on('close', () =>
        reject(new Error(`${command} ended before it said ${says}:\n${said.stdout}${said.stderr}`)),
      );
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
    /** What came of it, once it has ended and the reader has done their part. */
    outcome: reacted.then(() => ended),
    /** Ends it, and all that it started, whatever it is doing. */
    async end() {
      signal('SIGKILL');
      await ended;
      await reacted.catch(() => {});
    },
  };
}
