import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import openInBrowser from 'open';
import { SCOPES } from '../../shared/pinterest/oauth.ts';
import { DEFAULT_API_URL } from '../../shared/pinterest/pinterest-client.ts';
import { deployedStack, localStack, portsOf } from '../operations/stack-location.ts';
import { TOKEN_FILE } from '../operations/token-file.ts';
import type { Command, ExitCode, Output } from './command.ts';
import { DEFAULT_REDIRECT_PORT, keepInFile, keepInStack, signIn } from './commands/auth.ts';
import { doctorCommand } from './commands/doctor.ts';
import { listCommand } from './commands/list.ts';
import { redriveCommand } from './commands/redrive.ts';
import { retryCommand } from './commands/retry.ts';
import { statusCommand } from './commands/status.ts';
import { watchCommand } from './commands/watch.ts';

const COMMANDS = new Map<string, Command>(
  Object.entries({
    list: listCommand,
    status: statusCommand,
    watch: watchCommand,
    retry: retryCommand,
    redrive: redriveCommand,
    doctor: doctorCommand,
  }),
);

const HELP = `Commands for the deployed stack, or with --local for the one of npm start.

${[...COMMANDS.values()].map(({ usage, summary }) => `  ${usage}\n      ${summary}`).join('\n')}
  auth
      signs in at Pinterest once; the tokens are renewed from then on

  --local         the stack on this machine that was started last
  --stack NAME    the deployed stack (default Pindrop)
  --json          one JSON value on each line, for programs
  --port N        auth: port of the redirect URI (default ${DEFAULT_REDIRECT_PORT})
  --scopes LIST   auth: with commas between them (default ${SCOPES.join(',')};
                  the example publish-pin needs boards:read and boards:write too)
  --no-browser    auth: only print the URL
  --help          this text

Write them behind npm run pindrop -- or, for programs, npm run --silent pindrop --.
PINTEREST_CLIENT_ID, PINTEREST_CLIENT_SECRET   auth: your app at developers.pinterest.com
PINTEREST_API_URL                              another base URL of Pinterest's API, such as the sandbox's
PINTEREST_AUTHORIZE_URL                        auth: another page to sign in at

stdout has the results, stderr the rest. Exit code: 0 done, or all is well; 1 not; 2 wrong usage.
`;

const STATE = process.env['PINDROP_STATE_DIR'] ?? fileURLToPath(new URL('../../.pindrop', import.meta.url));

const OPTIONS = {
  local: { type: 'boolean' },
  stack: { type: 'string' },
  json: { type: 'boolean' },
  port: { type: 'string' },
  scopes: { type: 'string' },
  'no-browser': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const commandLine = () => parseArgs({ allowPositionals: true, options: OPTIONS });
type Options = ReturnType<typeof commandLine>['values'];

async function run(): Promise<ExitCode> {
  const { values, positionals } = commandLine();
  const [name = '', ...args] = positionals;
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const output: Output = {
    json: values.json ?? false,
    terminal: process.stdout.isTTY,
    print: (line) => process.stdout.write(`${line}\n`),
    say: (line) => process.stderr.write(`${line}\n`),
  };
  if (name === 'auth' && args.length === 0) return auth(values, output);
  const command = COMMANDS.get(name);
  if (!command) {
    output.say(name === '' ? HELP : `There is no command ${name}. See npm run pindrop -- --help.`);
    return 2;
  }
  const [least, most] = command.takes;
  if (args.length < least || args.length > most) {
    output.say(`It is: npm run pindrop -- ${command.usage}`);
    return 2;
  }
  return command.run(args, portsOf(await location(values)), output);
}

const location = ({ local, stack }: Options) => (local ? localStack(STATE) : deployedStack(stack));

async function auth(values: Options, output: Output): Promise<ExitCode> {
  const { PINTEREST_CLIENT_ID, PINTEREST_CLIENT_SECRET, PINTEREST_API_URL, PINTEREST_AUTHORIZE_URL } = process.env;
  const keep = values.local ? keepInFile(join(STATE, TOKEN_FILE)) : keepInStack(portsOf(await location(values)));
  return signIn(
    {
      clientId: PINTEREST_CLIENT_ID,
      clientSecret: PINTEREST_CLIENT_SECRET,
      apiUrl: PINTEREST_API_URL?.replace(/\/+$/, '') || DEFAULT_API_URL,
      authorizeUrl: PINTEREST_AUTHORIZE_URL,
      scopes: values.scopes?.split(',').map((scope) => scope.trim()),
      redirectPort: Number(values.port ?? DEFAULT_REDIRECT_PORT),
      keep,
      open: async (url) => {
        // Where there is no browser, the URL above is enough.
        if (!values['no-browser']) await openInBrowser(url).catch(() => {});
      },
    },
    output,
  );
}

try {
  process.exitCode = await run();
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  const sentence =
    code === 'ECONNREFUSED' ? 'The stack on this machine is not up: run npm start in another terminal.' : message;
  process.stderr.write(`${sentence}\n`);
  process.exitCode = code?.startsWith('ERR_PARSE_ARGS') ? 2 : 1;
}
