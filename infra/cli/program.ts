import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import openInBrowser from 'open';

import { publishAtOf } from '../../shared/pin/publish-at.ts';

import { DEFAULT_API_URL } from '../../shared/pinterest/pinterest-client.ts';
import { PIN_SCOPES, UPLOAD_SCOPES } from '../../shared/pinterest/scopes.ts';
import { AccountError, accountNames, requireAccount, requireAccountName } from '../operations/accounts.ts';
import { readLocalAccounts } from '../operations/local-accounts.ts';
import { apiUrlOf } from '../operations/pinterest-of-stack.ts';
import { LOOKED_THROUGH as DEAD_LETTERS_AMONG } from '../operations/redrive.ts';
import { signInScopes } from '../operations/sign-in-scopes.ts';
import { DEFAULT_STACK_NAME, deployedStack, localStack } from '../operations/stack-location.ts';
import { portsOf, type StackPorts } from '../operations/stack-ports.ts';
import { stateDirectoryOf } from '../operations/state-directory.ts';
import { tokenFile } from '../operations/token-file.ts';
import { escapeControls } from '../terminal/escape-controls.ts';
import type { ExitCode, Output } from './command.ts';
import { DEFAULT_REDIRECT_PORT, keepInFile, keepInStack, signIn } from './commands/auth.ts';

import { type BackfillCommandOptions, backfill } from './commands/backfill.ts';
import { boards } from './commands/boards.ts';
import { cancelEach } from './commands/cancel.ts';

import { doctor } from './commands/doctor/doctor.ts';
import { LISTED, list } from './commands/list.ts';
import { redrive } from './commands/redrive.ts';
import { reschedule } from './commands/reschedule.ts';
import { retryEach } from './commands/retry.ts';
import { status } from './commands/status.ts';
import { watch } from './commands/watch.ts';
import { type BundlePlace, where } from './commands/where.ts';
import { isConnectionRefused } from './connection-refused.ts';
import { PINDROP } from './hint.ts';

/** The output streams of a program. */
export interface Streams {
  stdout: Pick<NodeJS.WritableStream, 'write'>;
  stderr: Pick<NodeJS.WritableStream, 'write'>;
}

interface StackOptions {
  local?: boolean;
  stack: string;
  json?: boolean;
}

interface AccountOptions extends StackOptions {
  account?: string;
}

interface AuthOptions extends AccountOptions {
  port: number;
  scopes?: string[];
  browser: boolean;
}

const NOTES = `
Run a command with --help to see its options.
Results go to stdout, everything else to stderr. With npm run --silent, stdout contains only results.
Exit code: 0 success, 1 a failure or a problem that was found, 2 wrong usage, 130 ended by Ctrl+C.

PINDROP_STATE_DIR   --local: where npm start keeps its state (default .pindrop)
AWS_PROFILE, AWS_REGION and the other variables of the AWS SDK choose account and region of a deployed stack.`;

const AUTH_NOTES = `
PINTEREST_CLIENT_ID, PINTEREST_CLIENT_SECRET   your app at developers.pinterest.com; auth asks for them when they are not set
PINTEREST_API_URL         --local: base URL of another Pinterest API, such as the sandbox's; for a deployed stack, use pinterestApiUrl
PINTEREST_AUTHORIZE_URL   another page to sign in at`;

/**
 * Runs `pindrop`.
 * @param args the arguments after the name of the program
 * @returns the exit code
 */
export async function run(args: string[], streams: Streams, environment: NodeJS.ProcessEnv): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = programOf(streams, environment, (ended) => {
    code = ended;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    // Commander has already written the help or the error message.
    if (error instanceof CommanderError) return error.code === 'commander.helpDisplayed' ? 0 : 2;
    streams.stderr.write(`${escapeControls(sentenceOf(error, args, environment))}\n`);
    return error instanceof AccountError ? 2 : 1;
  }
}

function sentenceOf(error: unknown, args: string[], { AWS_ENDPOINT_URL }: NodeJS.ProcessEnv): string {
  const { message } = error as Error;
  if (!isConnectionRefused(error)) return message;
  if (args.includes('--local')) return 'The stack on this machine is not running: run npm start in another terminal.';
  return AWS_ENDPOINT_URL
    ? `Nothing listens at AWS_ENDPOINT_URL, ${AWS_ENDPOINT_URL}: start the emulator, or unset the variable.`
    : message;
}

function programOf(streams: Streams, environment: NodeJS.ProcessEnv, end: (code: ExitCode) => void): Command {
  const state = stateDirectoryOf(environment);
  const program = new Command(PINDROP)
    .description('Commands for a deployed stack or, with --local, for the stack of npm start.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => streams.stdout.write(text),
      writeErr: (text) => streams.stderr.write(text),
      outputError: (text, write) => write(`${escapeControls(oneLine(text))}\n`),
    })
    .showHelpAfterError(`See ${PINDROP} --help.`)
    .addHelpText('after', NOTES);

  const outputOf = ({ json = false }: Pick<StackOptions, 'json'>): Output => ({
    json,
    print: (line) => streams.stdout.write(`${escapeControls(line)}\n`),
    say: (line) => streams.stderr.write(`${escapeControls(line)}\n`),
    // JSON lines on the same terminal would tear a progress bar apart.
    terminal: isTerminal(streams.stderr) && !(json && isTerminal(streams.stdout)) ? streams.stderr : undefined,
  });
  const portsFor = async ({ local, stack }: StackOptions): Promise<StackPorts> =>
    portsOf(local ? localStack(state) : await deployedStack(stack));

  const command = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .showHelpAfterError(`See ${PINDROP} ${name} --help.`)
      .option('--local', 'the stack of the npm start that was started last')
      .addOption(new Option('--stack <name>', 'the deployed stack').default(DEFAULT_STACK_NAME).conflicts('local'));
  const query = (name: string, description: string) =>
    command(name, description).option('--json', 'one JSON value on each line, for programs');

  query('list', `list the newest ${LISTED} uploads, and what Pinterest says about their media`)
    .option('--account <name>', 'only the uploads and media of this Pinterest account')
    .action(async ({ account, ...options }: AccountOptions) =>
      end(await list(account, await portsFor(options), outputOf(options))),
    );

  query('status', 'show the state and the timeline of one file')
    .argument('<what>', 'an upload id, a media id, or s3://bucket/key for the newest attempt of an object')
    .action(async (what: string, options: StackOptions) =>
      end(await status(what, await portsFor(options), outputOf(options))),
    );

  query('watch', 'show what happens to files from now on, until Ctrl+C')
    .option('--account <name>', 'only the files of this Pinterest account')
    .action(async ({ account, ...options }: AccountOptions) =>
      end(await watch(account, await portsFor(options), outputOf(options))),
    );

  query('boards', 'list the boards of the Pinterest account, with their sections, for the Pins of publish-pin')
    .option('--account <name>', 'only the boards of this Pinterest account')
    .option('--no-sections', 'without the sections, which cost one request for each board')
    .action(async ({ account, sections, ...options }: AccountOptions & { sections: boolean }) =>
      end(await boards({ account, sections }, await portsFor(options), outputOf(options))),
    );

  query('retry', 'upload failed files again; prints the new upload ids')
    .argument('<what...>', 'upload ids, or s3://bucket/key for the current version of an object')
    .option('--again', 'also retry files that Pinterest already has: each is uploaded once more, as another media')
    .action(async (whats: string[], { again = false, ...options }: StackOptions & { again?: boolean }) =>
      end(await retryEach(whats, { again }, await portsFor(options), outputOf(options))),
    );

  query(
    'redrive',
    `retry all dead letters: drops whose function died at every attempt (among the newest ${DEAD_LETTERS_AMONG} uploads), and undelivered events of examples`,
  ).action(async (options: StackOptions) => end(await redrive(await portsFor(options), outputOf(options))));

  query('backfill', 'upload objects that are already in the bucket, or that S3 never sent a notification for')
    .argument('<prefix>', 's3://bucket/prefix, or s3://bucket for all its objects')
    .option('--since <date>', 'only objects last modified since then, such as 2026-11-20 (UTC)', instant)
    .option('--dry-run', 'only count what would be sent; with --json, also list it', false)
    .action(async (url: string, { since, dryRun, ...options }: StackOptions & BackfillCommandOptions) =>
      end(await backfill(url, { since, dryRun }, await portsFor(options), outputOf(options))),
    );

  query('cancel', 'cancel Pins that publish-pin has not published yet')
    .argument('<upload...>', 'upload ids, as list shows them')
    .action(async (uploadIds: string[], options: StackOptions) =>
      end(await cancelEach(uploadIds, await portsFor(options), outputOf(options))),
    );

  query('reschedule', 'change when a Pin of publish-pin is due')
    .argument('<upload>', 'an upload id, as list shows it')
    .requiredOption('--at <time>', 'ISO 8601 with an offset, such as 2026-12-24T18:00+01:00', instantOf)
    .action(async (uploadId: string, { at, ...options }: StackOptions & { at: string }) =>
      end(await reschedule(uploadId, { dueAt: at }, await portsFor(options), outputOf(options))),
    );

  query('doctor', 'check the stack: one line for each check, with the fix for each problem').action(
    async (options: StackOptions) => end(await doctor(await portsFor(options), outputOf(options))),
  );

  command('auth', 'sign in at Pinterest once; Pindrop then renews the tokens')
    .option('--account <name>', 'name of the account, when the setting accounts has several')
    .option('--port <number>', 'port of the redirect URI; 0 for a free one', portNumber, DEFAULT_REDIRECT_PORT)
    .addOption(
      new Option(
        '--scopes <list>',
        `OAuth scopes, separated by commas (default: ${UPLOAD_SCOPES.join(',')}; for a stack with publish-pin and with --local ${PIN_SCOPES.join(',')})`,
      ).argParser(words),
    )
    .option('--no-browser', 'only print the URL')
    .addHelpText('after', AUTH_NOTES)
    .action(async (options: AuthOptions) => {
      const ports = options.local ? undefined : await portsFor(options);
      const { account } = options;
      const names = ports ? accountNames(ports) : readLocalAccounts(state);
      // The first sign-in on this machine can precede the first npm start: no account is known then.
      if (ports || names.length > 0) requireAccount(account, names);
      else if (account !== undefined) requireAccountName(account);
      const { PINTEREST_CLIENT_ID, PINTEREST_CLIENT_SECRET, PINTEREST_API_URL, PINTEREST_AUTHORIZE_URL } = environment;
      const how = {
        clientId: PINTEREST_CLIENT_ID,
        clientSecret: PINTEREST_CLIENT_SECRET,
        apiUrl: ports ? apiUrlOf(ports) : PINTEREST_API_URL?.replace(/\/+$/, '') || DEFAULT_API_URL,
        authorizeUrl: PINTEREST_AUTHORIZE_URL,
        account,
        scopes: options.scopes ?? signInScopes(ports),
        redirectPort: options.port,
        keep: ports ? keepInStack(ports, account) : keepInFile(tokenFile(state, account)),
        open: async (url: string) => {
          // If no browser can be opened, the user opens the printed URL.
          if (options.browser) await openInBrowser(url).catch(() => {});
        },
      };
      end(await signIn(how, outputOf(options)));
    });

  program
    .command('where')
    .description("find the places in the source for the places in a function's stack trace")
    .showHelpAfterError(`See ${PINDROP} where --help.`)
    .argument('<function>', "the function's folder below functions/, such as ingest")
    .addArgument(new Argument('<place...>', 'LINE:COLUMN, such as 12:3456 for index.js:12:3456').argParser(placesOf))
    .action((folder: string, places: BundlePlace[]) => end(where(folder, places, outputOf({}))));
  return program;
}

/** Appends Commander's suggestion to the line of the message. Line breaks in quoted arguments stay. */
const oneLine = (text: string) =>
  text
    .replace(/^error: /, '')
    .replace('\n(Did you mean', ' (Did you mean')
    .trimEnd();

/** Without a time, the day begins in UTC. A time must say its zone, so that every machine reads the same. */
function instant(text: string): Date {
  const date = new Date(text);
  if (/^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(text) && !Number.isNaN(date.getTime())) return date;
  throw new InvalidArgumentError('It must be a date such as 2026-11-20 or 2026-11-20T08:00Z.');
}

const isTerminal = (stream: Streams['stdout']): stream is NodeJS.WriteStream =>
  'isTTY' in stream && stream.isTTY === true;

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('It must be a number from 0 to 65535.');
}

function instantOf(text: string): string {
  const due = publishAtOf(text, new Date());
  if ('dueAt' in due) return due.dueAt;
  throw new InvalidArgumentError(`It ${due.problem}`);
}

function placesOf(text: string, before: BundlePlace[] = []): BundlePlace[] {
  const [, line, column] = /^(\d+):(\d+)$/.exec(text) ?? [];
  if (line === undefined || column === undefined) throw new InvalidArgumentError('It must be LINE:COLUMN.');
  return [...before, { line: Number(line), column: Number(column) }];
}

const words = (text: string) => text.split(',').map((word) => word.trim());
