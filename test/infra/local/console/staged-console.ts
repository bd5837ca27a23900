import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { UploadRecords } from '../../../../infra/local/console/server/board.ts';
import {
  type ConsoleOptions,
  type LocalConsole,
  startConsole,
} from '../../../../infra/local/console/server/console.ts';
import { KEY_HEADER, KEY_PARAMETER } from '../../../../infra/local/console/shared/key-names.ts';
import { FaultSwitches } from '../../../../infra/local/pinterest/fault-switches.ts';
import { freePort } from '../../../harness/free-port.ts';
import { type StagedUpload, stagedRecords } from './staged-uploads.ts';

export interface Stage {
  target?: Pick<ConsoleOptions['target'], 'kind' | 'name'>;
  /** The setting `prefix`. */
  prefix?: string;
  /** The setting `suffixes`. */
  suffixes?: string[];
  /** The setting `accounts`: key prefixes by account name. */
  accounts?: Record<string, string>;
  uploads?: StagedUpload[];
  /** Endpoint of the S3 that receives the files. */
  endpoint?: string;
  /** Value of the token secret of each account. */
  secret?: object;
  /** Values of the token secrets by account name; `secret` is the value of the others. */
  secrets?: Record<string, object>;
  /** State directory of an earlier console: the new console is a restart of it. */
  stateDirectory?: string;
}

export interface StagedConsole extends LocalConsole {
  faults: FaultSwitches;
  stateDirectory: string;
  /** The records of the stack; a test may change them. */
  records: UploadRecords;
  /** Replaces the records, for instance with the same uploads in a later state. */
  restage(uploads: StagedUpload[]): void;
  /** Makes a function log a line about an upload. */
  log(line: Record<string, unknown>): void;
}

/** The headers that the page sends with its requests. @param url URL of a console, with its key */
export const keyHeaders = (url: string) => ({
  [KEY_HEADER]: new URLSearchParams(new URL(url).hash.slice(1)).get(KEY_PARAMETER) ?? '',
});

/** Starts a console over staged records, without a running stack. */
export async function startStagedConsole({
  uploads = [],
  endpoint = 'http://127.0.0.1:9',
  secret = { accessToken: 'pina_staged' },
  secrets = {},
  target = { kind: 'simulator', name: 'simulator' },
  prefix = '',
  suffixes = [],
  accounts,
  stateDirectory: given,
}: Stage = {}): Promise<StagedConsole> {
  const stateDirectory = given ?? (await mkdtemp(join(tmpdir(), 'pindrop-console-')));
  // The usual port may be in use by an npm start of the person who runs the tests.
  if (!given) await writeFile(join(stateDirectory, 'console-port'), String(await freePort()));
  const faults = new FaultSwitches();
  const now = Date.now();
  const records = stagedRecords(uploads, now);
  const served = await startConsole({
    stack: {
      endpoint,
      region: 'us-east-1',
      accessKey: { accessKeyId: 'id', secretAccessKey: 'secret' },
      outputs: {
        DropBucketName: 'pindrop-dropbucket',
        StateMachineArn: 'arn',
        TokenSecretArn: 'token',
        // Each secret is called like its account.
        ...(accounts && {
          Accounts: JSON.stringify(Object.fromEntries(Object.keys(accounts).map((name) => [name, name]))),
        }),
      },
      records,
      secretValue: (arn) => JSON.stringify(secrets[arn] ?? secret),
    },
    target,
    filter: { prefixes: accounts ?? { '': prefix }, suffixes },
    faults,
    stateDirectory,
  });
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= served.close();
    return closed;
  };
  onTestFinished(async () => {
    await close();
    await rm(stateDirectory, { recursive: true, force: true });
  });
  return {
    ...served,
    close,
    faults,
    stateDirectory,
    records,
    restage: (others) => void Object.assign(records, stagedRecords(others, now)),
    log: (line) =>
      served.observe({
        kind: 'function-log',
        functionName: 'Pindrop-Ingest',
        line: JSON.stringify({ level: 'INFO', timestamp: new Date().toISOString(), ...line }),
      }),
  };
}
