import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { accountOfKey } from '../../../../shared/upload/account.ts';
import { tokenSecretArn } from '../../../operations/accounts.ts';
import type { LocalStack } from '../../aws/local-stack.ts';
import { listenOnLoopback } from '../../aws/loopback-port.ts';
import type { Observation } from '../../aws/observation.ts';
import { ONLY_ACCOUNT } from '../../pinterest/simulation.ts';
import { accountsOf, type KeyFilter, whyKeyIgnored } from '../../start/key-filter.ts';
import type { Target } from '../../start/target.ts';
import { KEY_PARAMETER } from '../shared/key-names.ts';
import type { Overview, StackInfo } from '../shared/wire.ts';
import { Board, type UploadRecords } from './board.ts';
import { readConsoleKey, requireKey } from './console-key.ts';
import { Refusal, requireOwnPage } from './own-page.ts';
import { answerPageFile } from './page-files.ts';
import { Quota } from './quota.ts';
import { answerJson, consoleRoutes, type Faults } from './routes.ts';
import { fewestDays, tokenDays } from './token-days.ts';

export interface ConsoleOptions {
  stack: Pick<LocalStack, 'endpoint' | 'region' | 'accessKey' | 'outputs' | 'secretValue'> & { records: UploadRecords };
  target: Pick<Target, 'kind' | 'name'>;
  /** Which keys are uploaded. */
  filter: KeyFilter;
  /** The faults of the simulator, if there is one. */
  faults?: Faults | undefined;
  /** Directory that stores the port and the key, so that an open page can reconnect after a restart. */
  stateDirectory: string;
}

export interface LocalConsole {
  /** `http://127.0.0.1:port/#key=…` */
  url: string;
  observe(observation: Observation): void;
  close(): Promise<void>;
}

/** The digits for PIND on a telephone keypad. */
const USUAL_PORT = 7463;
const PORT_FILE = 'console-port';

const HEADERS = {
  // The page can load and run only files of the console's own server.
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

/** Serves the page about the local stack on loopback. */
export async function startConsole(options: ConsoleOptions): Promise<LocalConsole> {
  const { stack, target, filter, faults, stateDirectory } = options;
  const simulated = target.kind === 'simulator';
  const accounts = accountsOf(filter);
  const byName = Object.fromEntries(accounts.map((account) => [account.name, account]));
  const accountOf = (key: string) => accountOfKey(byName, key);
  const board = new Board(stack.records, { accountOf, isUploaded: (key) => whyKeyIgnored(key, filter) === undefined });
  const quota = new Quota(simulated);
  const stackInfo: StackInfo = {
    bucket: stack.outputs['DropBucketName'] ?? '',
    endpoint: stack.endpoint,
    region: stack.region,
    accessKey: stack.accessKey,
    pinterest: target.name,
    simulated,
    prefix: filter.prefixes[ONLY_ACCOUNT] ?? '',
    suffixes: filter.suffixes,
    accounts,
  };
  const tokenOf = (account?: string): Overview['token'] => ({
    account,
    ...tokenDays(stack.secretValue(tokenSecretArn({ ...stack, stackName: 'Pindrop' }, account)), simulated),
  });
  const overview = (): Overview => ({
    ...board.counts(),
    quota: quota.known(),
    token: fewestDays(accounts.length === 0 ? [tokenOf()] : accounts.map(({ name }) => tokenOf(name))),
    faults: faults?.switches() ?? [],
  });
  const source = {
    snapshot: () => ({ stack: stackInfo, overview: overview(), rows: board.rows(), now: Date.now() }),
    overview,
    watch: board.watch.bind(board),
  };

  const key = await readConsoleKey(stateDirectory);
  const routes = consoleRoutes({ board, stack, bucket: stackInfo.bucket, source, faults });

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    requireOwnPage(request, port);
    const { pathname } = new URL(request.url ?? '/', 'http://console');
    // HEAD is handled as GET: Node omits the body of a response to HEAD.
    const reads = request.method === 'GET' || request.method === 'HEAD';
    if (reads && (await answerPageFile(pathname, response))) return;
    requireKey(request, key);
    for (const { method, path, act } of routes) {
      const named = path.exec(pathname);
      if (named && method === request.method) return void (await act(decoded(named[1] ?? ''), request, response));
    }
    throw new Refusal(404, 'The console has no such page.');
  }

  const server = http.createServer((request, response) => {
    response.on('error', () => {});
    respond(request, response).catch((error: Error) => refuse(request, response, error));
  });
  // The upload of a large file can take hours.
  server.requestTimeout = 0;
  const port = await listenOnLoopback(server, { file: join(stateDirectory, PORT_FILE), usual: USUAL_PORT });
  return {
    url: `http://127.0.0.1:${port}/#${KEY_PARAMETER}=${key}`,
    observe(observation) {
      board.observe(observation);
      if (observation.kind === 'function-log') quota.read(observation.line);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function refuse(request: IncomingMessage, response: ServerResponse, error: Error): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const [status, message] =
    error instanceof Refusal ? [error.status, error.message] : [500, `That did not work: ${error.message}`];
  answerJson(response, status, { message });
  // A browser reads the response only after it has sent the body.
  request.unpipe();
  request.resume();
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Refusal(400, `${text} is not a URL-encoded path.`);
  }
}
