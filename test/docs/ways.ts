import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { PIN_SCOPES, UPLOAD_SCOPES } from '../../shared/pinterest/scopes.ts';
import { sharedPackage } from '../harness/shared-parts.ts';
import { PROJECT } from './markdown.ts';
import { eventsIn, type ReadersMachine } from './readers-machine.ts';
import { type Outcome, type ShellOptions, shell } from './shell.ts';

/** Commands that are not run, with the reason. Keep this list short. */
export const NOT_RUN: Record<string, string> = {
  'npm ci': 'has been run, or this would not be',
  'npm cit': 'is what runs this',
  'npm test': 'is what runs this',
  'npx vitest run test/docs': 'is this',
  'npx vitest run test/shared': 'is a part of what runs this',
  'npx pindrop doctor --stack YOUR_STACK': 'wants a deployed stack; package.test.ts runs the installed command',
  'npm run lint': 'is a step of npm test',
  'npm run format': 'writes into the files that are tested; npm run lint is the same without writing',
  'npm run screenshots': 'writes into the files that are tested; looks.test.ts is the same without writing',
  'npm run bench': 'takes a quiet machine; bench.test.ts runs its shorter parts',
  'npm run bench -- requests': 'is run by bench.test.ts',
  'npm run bench -- memory': 'takes a quiet machine; bench.test.ts runs its shorter parts',
  'npm run bench -- upload': 'takes a quiet machine; bench.test.ts runs its shorter parts',
  'npm run bench -- cost scale --json figures.json': 'takes minutes; bench.test.ts runs the other parts',
  'npm run chaos': 'takes hours; a tenth of it is a test of its own',
  'npm install pindrop': 'needs the registry; the same is done with the tarball of npm pack',
  'npm install': 'with a git address, it needs a repository on the network',
  'npm run pindrop': 'names the program; its commands are run',
  'aws s3api get-bucket-notification-configuration': 'names the command; the S3 on this machine does not have it',
  'aws secretsmanager rotate-secret': 'names the command; it is run with its secret',
  'curl GET | curl POST': 'names a peer of the bench',
  'curl -F': 'names a peer of the bench',
  'npm run fuzz': 'takes minutes; a part of it is a test of its own',
  'npm run api': 'writes into the files that are tested; api-page.test.ts is the same without writing',
  'npm run s3-clients': 'needs other programs than Node; the SDK runs the same operations in tests',
  'npm run s3-clients -- --client NAME --operation NAME': 'needs other programs than Node',
  'npm run destroy -- --force': 'wants an account of AWS in which something is',
  'PINDROP_CHAOS_SEED=… npx vitest run test/end-to-end/chaos.test.ts': 'is a test of its own',
  'npm run pindrop -- cancel UPLOAD_ID': 'needs a Pin that waits; publish-pin-schedule.test.ts runs it',
  'npm run pindrop -- reschedule UPLOAD_ID --at 2026-12-24T18:00+01:00':
    'needs a Pin that waits; publish-pin-schedule.test.ts runs it',
  'npm run destroy': 'wants an account of AWS in which something is',
};

/** Runs commands of one kind, and checks their results. */
export interface Way {
  commands: RegExp;
  run(command: string, machine: ReadersMachine): Promise<void>;
}

/** Runs a command. Afterwards it kills all the processes that the command started, even if the test fails. */
async function typed(command: string, options: ShellOptions): Promise<Outcome> {
  const run = shell(command, options);
  try {
    return await run.outcome;
  } finally {
    await run.end();
  }
}

const succeeded = ({ code, stdout, stderr }: Outcome): Outcome => {
  expect(code, stdout + stderr).toBe(0);
  return { code, stdout, stderr };
};

/** Signs in as a command says. The test requests the printed URL in place of a browser. */
async function signIn(command: string, machine: ReadersMachine): Promise<void> {
  const environment = { ...machine.environment };
  if (command.includes('--local')) environment['PINDROP_STATE_DIR'] = machine.stateDirectory();
  const agree = async (said: string) => {
    const [url = ''] = /http:\/\/127\S+/.exec(said) ?? [];
    expect((await fetch(url)).status).toBe(200);
    const [, scopes] = /--scopes (\S+)/.exec(command) ?? [];
    const own = command.includes('--local') ? PIN_SCOPES : UPLOAD_SCOPES;
    expect(new URL(url).searchParams.get('scope')).toBe(scopes ?? own.join(','));
  };
  const { stderr } = succeeded(
    await typed(`${machine.filledIn(command)} --no-browser --port 0`, {
      environment,
      when: { says: /http:\/\/127\S+\n/, does: agree },
    }),
  );
  expect(stderr).toContain('Signed in: Pinterest accepts the token');
}

let turn: Promise<unknown> = Promise.resolve();

/** Runs one after the other what signs in: the tests run at the same time, and the stack has one token. */
function inTurn(use: () => Promise<void>): Promise<void> {
  const mine = turn.then(use);
  turn = mine.catch(() => {});
  return mine;
}

/** Runs a command as typed, for the deployed stack, and with --local, for the stack of npm start. */
async function listedSomething(command: string, { environment, filledIn }: ReadersMachine): Promise<void> {
  for (const typing of [command, `${command} --local`]) {
    const { stdout } = succeeded(await typed(filledIn(typing), { environment }));
    // Skip npm's banner.
    const results = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('> '));
    if (!command.includes('redrive')) expect(results.length).toBeGreaterThan(0);
  }
}

async function inTemporaryDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'pindrop-docs-'));
  try {
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Ordered list: the first way whose pattern matches a command runs the command. */
export const WAYS: Way[] = [
  {
    // The stack runs until Ctrl+C.
    commands: /^npm start( -- ((-c|--with) \S+ ?)+)?$/,
    async run(command, machine) {
      const environment = { PINDROP_STATE_DIR: machine.stateDirectory() };
      const { code, stderr } = await typed(command, {
        environment,
        when: { says: /Ctrl\+C stops/, does: 'interrupt' },
      });
      expect(code, stderr).toBe(130);
      expect(stderr).toContain('The dropped files are kept');
    },
  },
  {
    commands: /^npm start .*(\.mp4|\.mov|FILE)$/,
    async run(command, machine) {
      const environment = { PINDROP_STATE_DIR: machine.stateDirectory() };
      const { stdout } = succeeded(await typed(machine.filledIn(command), { environment }));
      const types = eventsIn(stdout).map((event) => event['detail-type']);
      const files = command.match(/\.mp4\b|\.mov\b|\bFILE\b/g) ?? [];
      const pin = command.includes('--with publish-pin') ? ['Pin Published'] : [];
      expect(types).toEqual([...files.map(() => 'Media Upload Succeeded'), ...pin]);
      if (command.includes('--silent')) expect(stdout.trim().split('\n')).toHaveLength(types.length);
    },
  },
  {
    commands: /^(PINTEREST_API_URL=\S+ )?npm run pindrop -- auth\b/,
    run: (command, machine) => inTurn(() => signIn(command, machine)),
  },
  {
    // A sign-in of a page before may have left a token without the scopes of boards.
    commands: /^npm run pindrop -- boards\b/,
    run: (command, machine) =>
      inTurn(async () => {
        await signIn(`npm run pindrop -- auth --scopes ${PIN_SCOPES.join(',')}`, machine);
        await listedSomething(command, machine);
      }),
  },
  {
    // The source maps exist because the stack was synthesized before.
    commands: /^npm run where -- /,
    async run(command, { environment }) {
      const { stdout } = succeeded(await typed(command, { environment }));
      expect(stdout).toMatch(/^12:3456 {2}\S+\.[jt]s:\d+:\d+$/m);
    },
  },
  {
    commands: /^npm run pindrop -- watch$/,
    async run(command, { environment }) {
      const { code, stderr } = await typed(command, { environment, when: { says: /Watching/, does: 'interrupt' } });
      expect(code, stderr).toBe(130);
      expect(stderr.trim().split('\n')).toEqual(['Watching. Ctrl+C stops.']);
    },
  },
  {
    commands: /^npm run pindrop -- retry /,
    // Each retry command needs its own failed upload: a second retry of the same upload would return the first retry.
    async run(command, { environment, failedUpload, filledIn, until }) {
      const { uploadId: failed, url } = await failedUpload();
      const own = command.replace(/\bUPLOAD_ID\b/, failed).replace('s3://bucket/key', url);
      const { stdout } = succeeded(await typed(filledIn(own), { environment }));
      const uploadId = stdout.trim().split('\n').at(-1);
      await until(new RegExp(`"uploadId":"${uploadId}"`));
    },
  },
  {
    commands: /^npm run pindrop -- backfill /,
    async run(command, { environment, filledIn }) {
      for (const typing of [command, `${command} --local`]) {
        const { stdout } = succeeded(await typed(filledIn(typing), { environment }));
        expect(stdout).toMatch(/^\d+ found: /m);
        expect(stdout).toMatch(command.includes('--dry-run') ? /^\d+ would be sent/m : /^\d+ sent/m);
      }
    },
  },
  {
    commands: /^npm run pindrop -- (doctor|list|status|redrive)\b/,
    run: listedSomething,
  },
  {
    commands: /^npm run bench -- --help$/,
    async run(command) {
      expect(succeeded(await typed(command, {})).stdout).toContain('--servers');
    },
  },
  {
    commands: /^npm run synth$/,
    run: (command) =>
      inTemporaryDirectory(async (directory) => {
        succeeded(await typed(`${command} -- --output ${directory}`, {}));
        expect(existsSync(join(directory, 'Pindrop.template.json'))).toBe(true);
      }),
  },
  {
    // A deployment needs an account. `cdk list` does the rest: it parses the same options and synthesizes with them.
    commands: /^npm run deploy( -- (-c \S+ ?)+)?$/,
    run: (command) =>
      inTemporaryDirectory(async (directory) => {
        const list = command.replace(/^npm run deploy( --)?/, 'node_modules/.bin/cdk list');
        const [, stackName] = /-c stackName=(\S+)/.exec(command) ?? [];
        const stacks = succeeded(await typed(`${list} --output ${directory}`, {})).stdout;
        expect(stacks).toBe(stackName === undefined ? 'Pindrop\n' : `Pindrop (${stackName})\n`);
      }),
  },
  {
    // The test only prints the template that the command would deploy.
    commands: /^npx cdk bootstrap$/,
    async run(command) {
      expect(succeeded(await typed(`${command} --show-template`, {})).stdout).toContain('Resources:');
    },
  },
  {
    commands: /^(AWS_\w+=\S+ )*aws (--endpoint-url \S+ )?s3 cp /,
    async run(command, { directory, environment, filledIn, until }) {
      const { stdout, stderr } = succeeded(await typed(filledIn(command), { directory, environment }));
      expect(stdout).toMatch(/^upload: .*clip\.mp4(\.json)? to s3:/);
      // A sidecar has no event of its own.
      if (command.includes('.json ')) return;
      await until(new RegExp(`"versionId":${stderr.trim()}.*"status":"succeeded"`));
    },
  },
  {
    commands: /^aws secretsmanager put-secret-value /,
    async run(command, { directory, environment, filledIn }) {
      expect(JSON.parse(succeeded(await typed(filledIn(command), { directory, environment })).stdout)).toHaveProperty(
        'VersionId',
      );
    },
  },
  {
    // The local stack does not support RotateSecret. Its refusal shows that the command was parsed and sent.
    commands: /^aws secretsmanager rotate-secret /,
    async run(command, { directory, environment, filledIn }) {
      const { stderr } = await typed(filledIn(command), { directory, environment });
      expect(stderr).toContain('RotateSecret is not known on this machine.');
    },
  },
  {
    commands: /^aws stepfunctions list-executions /,
    async run(command, { directory, environment, filledIn }) {
      const { stdout } = succeeded(await typed(filledIn(command), { directory, environment }));
      expect(JSON.parse(stdout)).toEqual({ executions: [] });
    },
  },
  {
    // The local stack does not support RedriveExecution. Its refusal shows that the command was parsed and sent.
    commands: /^aws stepfunctions redrive-execution /,
    async run(command, { directory, environment, filledIn }) {
      const { stderr } = await typed(filledIn(command), { directory, environment });
      expect(stderr).toContain('RedriveExecution is not known on this machine.');
    },
  },
  {
    commands: /^npm run build$/,
    async run(command, { projects }) {
      const { pindrop: directory } = projects();
      succeeded(await typed(command, { directory }));
      expect(existsSync(join(directory, 'dist/shared/events/schema.json'))).toBe(true);
    },
  },
  {
    // The tests of the package share the output of this command.
    commands: /^npm pack$/,
    async run() {
      expect(await sharedPackage()).toMatch(/\/pindrop-0\.1\.0\.tgz$/);
    },
  },
  {
    commands: /^npm install \.\.\/pindrop\/pindrop-[\d.]+\.tgz$/,
    async run(command, { projects }) {
      const { pindrop, subscriber } = projects();
      copyFileSync(await sharedPackage(), join(pindrop, 'pindrop-0.1.0.tgz'));
      succeeded(await typed(`${command} --prefer-offline --no-audit`, { directory: subscriber }));
      expect(existsSync(join(subscriber, 'node_modules/pindrop/dist/shared/events/schema.json'))).toBe(true);
      expect(existsSync(join(subscriber, 'node_modules/zod'))).toBe(true);
    },
  },
];

/** @throws Error if no way matches: a page must not contain a command that no test runs */
export function wayOf(command: string): Way {
  const way = WAYS.find(({ commands }) => commands.test(command));
  if (!way) throw new Error(`Nobody knows how to run "${command}": add it to test/docs/ways.ts, or fix the page.`);
  return way;
}

/** Checks a command without running it. @returns the problem, or undefined */
export function complaintAbout(command: string, scripts: Record<string, string>): string | undefined {
  const [, script] = /\bnpm run (\S+)/.exec(command) ?? [];
  if (script !== undefined && !scripts[script]) return `package.json has no script ${script}`;
  const [, path] = /\bvitest run (\S+)/.exec(command) ?? [];
  if (path !== undefined && !existsSync(join(PROJECT, path))) return `there is no ${path}`;
  return undefined;
}
