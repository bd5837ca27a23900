import { join } from 'node:path';
import { keepLocalAccounts } from '../../operations/local-accounts.ts';
import { makePrivateDirectory } from '../../operations/private-file.ts';
import { stateDirectoryOf } from '../../operations/state-directory.ts';
import { readSettings } from '../../settings.ts';
import { whenClosed } from '../../terminal/closed-pipe.ts';
import { ACCOUNT_SECRET, type LocalStack, type LocalStackOptions, startLocalStack } from '../aws/local-stack.ts';
import { type LocalConsole, startConsole } from '../console/server/console.ts';
import { FaultSwitches } from '../pinterest/fault-switches.ts';
import { ONLY_ACCOUNT } from '../pinterest/simulation.ts';
import { simulatedToken, startPinterestSimulator } from '../pinterest/simulator.ts';
import { startWebhookSimulator } from '../pinterest/webhook-simulator.ts';
import type { TokenSources } from './account-tokens.ts';
import { type CommandLine, HELP, readCommandLine } from './command-line.ts';
import { makeCurrent } from './current-assembly.ts';
import { endOnFullDisk, orFullDisk, requireDiskSpace } from './full-disk.ts';
import { keyFilter, prefixOfFiles } from './key-filter.ts';
import { Session } from './session.ts';
import { projectContext } from './synthesize.ts';
import { readTarget, type Target } from './target.ts';
import { type Person, plainPerson, withControlsEscaped } from './terminal/person.ts';
import { progressBars } from './terminal/progress-bars.ts';
import { UsageError } from './usage-error.ts';

const STATE = stateDirectoryOf(process.env);

// The state directory contains tokens and videos. Other users must not read the files of this process and its children.
process.umask(0o077);

/** Returns the API URL and the tokens of the target. Starts the simulator if it is the target; `close` stops it. */
async function reach(target: Target, stateDirectory: string) {
  if (target.kind === 'pinterest') {
    const { apiUrl, tokens } = target;
    return { apiUrl, tokens, faults: undefined, close: async () => {} };
  }
  const names = target.accounts.length === 0 ? [ONLY_ACCOUNT] : target.accounts;
  const accounts = Object.fromEntries(names.map((name) => [name, simulatedToken(name)]));
  const faults = new FaultSwitches();
  const simulator = await startPinterestSimulator({
    accounts,
    stateDirectory: join(stateDirectory, 'pinterest'),
    faults: faults.source,
    processingSeconds: faults.processingSeconds,
  });
  const tokens: TokenSources = Object.fromEntries(
    Object.entries(accounts).map(([name, accessToken]) => [name, { value: JSON.stringify({ accessToken }) }]),
  );
  return { apiUrl: simulator.url, tokens, faults, close: () => simulator.close() };
}

/** Returns the URL for slack-webhook: the user's URL, or a simulator that shows the messages that it receives. */
async function reachWebhook({ SLACK_WEBHOOK_URL: url }: NodeJS.ProcessEnv, person: Person) {
  if (url) return { url, close: async () => {} };
  return startWebhookSimulator({ onMessage: (text) => person.say(`Webhook: ${text}`) });
}

/**
 * Merges the context for the synthesis: cdk.json's context, then -c, then --with. Later values override earlier ones.
 * @throws UsageError
 */
async function readContext({ settings, examples }: CommandLine): Promise<Record<string, unknown>> {
  if ('pinterestApiUrl' in settings) {
    throw new UsageError(
      'npm start does not use -c pinterestApiUrl: set PINTEREST_API_URL and PINTEREST_ACCESS_TOKEN, or PINTEREST_ACCESS_TOKENS with several accounts.',
    );
  }
  return { ...(await projectContext()), ...settings, ...(examples.length === 0 ? {} : { with: examples }) };
}

/** Stores the names of the accounts. A sign-in checks its account, also after this run refused to start without it. */
function rememberAccounts(names: string[]): void {
  try {
    keepLocalAccounts(STATE, names);
  } catch (error) {
    throw orFullDisk(error, STATE);
  }
}

/** The token secrets by the stack output that names each secret. */
const tokenSecrets = (tokens: TokenSources): LocalStackOptions['secretValues'] =>
  Object.fromEntries(
    Object.entries(tokens).map(([name, source]) => [
      name === ONLY_ACCOUNT ? 'TokenSecretArn' : `${ACCOUNT_SECRET}${name}`,
      source,
    ]),
  );

function settingsOf(context: Record<string, unknown>) {
  try {
    return readSettings(context);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function run(): Promise<number> {
  const commandLine = await readCommandLine(process.argv.slice(2));
  const { port, files, account, metadata } = commandLine;
  if (commandLine.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const context = await readContext(commandLine);
  const settings = settingsOf(context);
  const { with: examples } = settings;
  const filter = keyFilter(settings);
  const prefix = files.length === 0 ? '' : prefixOfFiles(filter, account);
  const accounts = Object.keys(settings.accounts ?? {});
  rememberAccounts(accounts);
  const target = readTarget(process.env, STATE, accounts);
  const person = withControlsEscaped(
    process.stderr.isTTY ? progressBars(process.stdout, process.stderr) : plainPerson(process.stdout, process.stderr),
  );
  const session = new Session(person, { files, metadata, prefix, filter }, target);
  const stateDirectory = join(STATE, target.name);
  makePrivateDirectory(stateDirectory);
  requireDiskSpace(stateDirectory);
  endOnFullDisk(stateDirectory, person);

  session.starting();
  const pinterest = await reach(target, stateDirectory);
  const webhook = examples.includes('slack-webhook') ? await reachWebhook(process.env, person) : undefined;
  let stack: LocalStack | undefined;
  let console: LocalConsole | undefined;
  try {
    const assemblyDirectory = join(stateDirectory, 'cdk.out');
    await makeCurrent(assemblyDirectory, { ...context, pinterestApiUrl: pinterest.apiUrl });
    stack = await startLocalStack({
      assemblyDirectory,
      stackName: 'Pindrop',
      stateDirectory,
      secretValues: {
        ...tokenSecrets(pinterest.tokens),
        ...(webhook && { SlackWebhookSecretArn: { value: JSON.stringify({ url: webhook.url }) } }),
      },
      port,
      observe(observation) {
        session.observe(observation);
        console?.observe(observation);
      },
    });
    const { faults } = pinterest;
    if (commandLine.console) console = await startConsole({ stack, target, filter, stateDirectory, faults });
    return await session.live(stack, console?.url);
  } catch (error) {
    throw orFullDisk(error, stateDirectory);
  } finally {
    await console?.close();
    await stack?.stop();
    await pinterest.close();
    await webhook?.close();
    person.close();
  }
}

// When the reader of stdout or stderr closes the pipe, stop as for Ctrl+C. Dropped files are kept.
for (const stream of [process.stdout, process.stderr]) whenClosed(stream, () => process.kill(process.pid, 'SIGTERM'));
try {
  process.exitCode = await run();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
