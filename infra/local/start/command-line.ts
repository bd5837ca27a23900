import { access, constants, stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { EXAMPLE_NAMES, type ExampleName } from '../../examples/example-names.ts';
import { UsageError } from './usage-error.ts';

export interface CommandLine {
  /** Files to drop. Without files, the stack runs until the user stops it. */
  files: string[];
  /** The Pinterest account of the files: one of the setting `accounts`. */
  account?: string;
  /** Port for the endpoint. */
  port?: number;
  /** Examples to run together with the stack. */
  examples: ExampleName[];
  /** Settings, the same as for `cdk deploy -c`. */
  settings: Record<string, string>;
  /** Metadata of the files. */
  metadata: Record<string, string>;
  /** Whether to serve the console. */
  console: boolean;
  help: boolean;
}

export const HELP = `Runs all of Pindrop on this machine.

  npm start                         runs until Ctrl+C; prints the console's address, endpoint, bucket and each final event
  npm start -- FILE [FILE …]        drops the files, waits for their final events and exits

  --account NAME          the Pinterest account of the files, when the setting accounts has several
  --with NAME             also runs an example: ${EXAMPLE_NAMES.join(', ')}
  --metadata NAME=VALUE   metadata of the files, such as board=42
  -c NAME=VALUE           a setting, as for npm run deploy
  --no-console            does not serve the console; with FILE it is never served
  --port N                port of the endpoint (default: the one used last, or a free one)
  --help                  this text

PINTEREST_ACCESS_TOKEN    token for the real Pinterest; without it, files go to a simulator on this machine
PINTEREST_ACCESS_TOKENS   the same for several accounts: a JSON object of account name to token
PINTEREST_API_URL         base URL of Pinterest's API (default https://api.pinterest.com/v5)
PINDROP_STATE_DIR         directory with the state and every dropped file (default .pindrop); delete it to start afresh
SLACK_WEBHOOK_URL         the URL that slack-webhook posts to; without it, npm start shows the messages itself

npm start drops clip.mp4.json (sidecar) and clip.mp4.jpg, .jpeg or .png (cover) before clip.mp4, if they are beside it.

stdout gets one JSON line for each final event and for each event of an example. All other text goes to stderr.
Exit code: 0 all succeeded, 1 at least one failed, 2 wrong usage.
`;

/**
 * @param args the arguments after the command
 * @throws UsageError
 */
export async function readCommandLine(args: string[]): Promise<CommandLine> {
  const { values, positionals: files } = parsed(args);
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536)) {
    throw new UsageError(`--port takes a number from 1 to 65535, not ${values.port}.`);
  }
  const examples = (values.with ?? []).flatMap((names) => names.split(',')).map(exampleNamed);
  const metadata = Object.fromEntries((values.metadata ?? []).map((text) => pair('--metadata', text)));
  const settings = Object.fromEntries((values.context ?? []).map((text) => pair('-c', text)));
  const help = values.help ?? false;
  // A run that drops files ends before anybody could open the console.
  const console = files.length === 0 && !values['no-console'];
  if (!help) for (const file of files) await requireReadable(file);
  const { account } = values;
  if (account !== undefined && files.length === 0 && !help) {
    throw new UsageError('--account needs a FILE: without files, the prefix of a key decides the account.');
  }
  return { files, account, help, examples, settings, metadata, console, port };
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        port: { type: 'string' },
        'no-console': { type: 'boolean' },
        account: { type: 'string' },
        with: { type: 'string', multiple: true },
        metadata: { type: 'string', multiple: true },
        context: { type: 'string', short: 'c', multiple: true },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    const [sentence] = (error as Error).message.split('. ');
    throw new UsageError(`${sentence?.replace(/\.$/, '')}. See npm start -- --help.`);
  }
}

function exampleNamed(name: string): ExampleName {
  const known = EXAMPLE_NAMES.find((each) => each === name);
  if (!known) throw new UsageError(`There is no example ${name}: the examples are ${EXAMPLE_NAMES.join(', ')}.`);
  return known;
}

function pair(option: string, text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`${option} takes NAME=VALUE, not ${text}.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

async function requireReadable(file: string): Promise<void> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      error.code === 'ENOENT' ? `There is no file ${file}.` : `The file ${file} cannot be read (${error.code}).`,
    );
  });
  if (!found.isFile()) throw new UsageError(`${file} is not a file.`);
  await access(file, constants.R_OK).catch(() => {
    throw new UsageError(`You have no permission to read the file ${file}.`);
  });
}
