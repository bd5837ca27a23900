import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPinterestSimulator } from '../../test/pinterest-simulator/simulator.ts';
import { TOKEN_FILE } from '../cli/token-file.ts';
import { HELP, readCommandLine, UsageError } from './command-line.ts';
import { type LocalStack, startLocalStack } from './local-stack.ts';
import { Session } from './session.ts';
import { synthesize } from './synthesize.ts';
import { readTarget, type Target } from './target.ts';
import { plainPerson } from './terminal/person.ts';
import { progressBars } from './terminal/progress-bars.ts';

const STATE = process.env['PINDROP_STATE_DIR'] ?? fileURLToPath(new URL('../../.pindrop', import.meta.url));

/** Where the files go, and how to end what was started for it. */
async function reach(target: Target, stateDirectory: string) {
  if (target.kind === 'pinterest') {
    const { apiUrl, secret: value, keep } = target;
    return { apiUrl, secret: { value, keep }, close: async () => {} };
  }
  const simulator = await startPinterestSimulator({ stateDirectory: join(stateDirectory, 'pinterest') });
  const { url: apiUrl, accessToken } = simulator;
  return { apiUrl, secret: { value: JSON.stringify({ accessToken }) }, close: () => simulator.close() };
}

async function run(): Promise<number> {
  const { files, port, help } = await readCommandLine(process.argv.slice(2));
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
  const target = readTarget(process.env, join(STATE, TOKEN_FILE));
  const person = process.stderr.isTTY
    ? progressBars(process.stdout, process.stderr)
    : plainPerson(process.stdout, process.stderr);
  const session = new Session(person, files, target);
  const stateDirectory = join(STATE, target.name);
  await mkdir(stateDirectory, { recursive: true });

  session.starting();
  const pinterest = await reach(target, stateDirectory);
  let stack: LocalStack | undefined;
  try {
    const assemblyDirectory = join(stateDirectory, 'cdk.out');
    await synthesize(assemblyDirectory, { pinterestApiUrl: pinterest.apiUrl });
    stack = await startLocalStack({
      assemblyDirectory,
      stackName: 'Pindrop',
      stateDirectory,
      secretValues: { TokenSecretArn: pinterest.secret },
      ...(port === undefined ? {} : { port }),
      observe: (observation) => session.observe(observation),
    });
    return await session.live(stack);
  } finally {
    await stack?.stop();
    await pinterest.close();
    person.close();
  }
}

try {
  process.exitCode = await run();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
