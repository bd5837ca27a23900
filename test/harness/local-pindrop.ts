import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, onTestFinished } from 'vitest';
import { type LocalStack, startLocalStack } from '../../infra/local/aws/local-stack.ts';
import type { EventEnvelope, Observation } from '../../infra/local/aws/observation.ts';
import type { PinterestSimulatorOptions } from '../../infra/local/pinterest/simulation.ts';
import { type PinterestSimulator, startPinterestSimulator } from '../../infra/local/pinterest/simulator.ts';
import type { FinalEventDetail } from '../../shared/events/events.ts';
import { DETAIL_TYPE } from '../../shared/events/names.ts';
import { expectByContract } from './contract.ts';
import { expectNoSecretIn } from './secrets-kept.ts';
import { sharedAssembly } from './shared-parts.ts';

export interface LocalPindropOptions {
  simulator?: PinterestSimulatorOptions;
  /** The stack's settings. */
  settings?: Record<string, unknown>;
  /** Synthesizes another app with a stack `Pindrop` into the directory. `settings` then have no effect. */
  synthesize?: (directory: string, pinterestApiUrl: string) => Promise<void>;
  /** Changes the synthesized template before the stack starts. */
  change?: (template: string) => string;
  /** The value of the token secret; the simulator's access token by default. */
  tokens?: (simulator: PinterestSimulator) => object;
  /** Values of further secrets, by the stack output that names each secret. `tokens` sets the token secret. */
  secretValues?: Record<string, string>;
}

export interface LocalPindrop {
  stack: LocalStack;
  /** The output of `cdk synth`. */
  assemblyDirectory: string;
  simulator: PinterestSimulator;
  s3: S3Client;
  bucket: string;
  /** Everything that was observed, in order. */
  observations: Observation[];
  /** All final events so far, each checked against the contract. */
  events(): FinalEventDetail[];
  /** Puts the bytes into the drop bucket. @returns the version id of the new object */
  drop(key: string, bytes: Buffer, metadata?: Record<string, string>): Promise<string>;
  /** Waits for the final event of an object version. */
  finalEventOf(versionId: string): Promise<FinalEventDetail>;
  /** Waits until a condition is true. Each observation checks it again, and so does a timer: see CHECK_MS. */
  until(what: () => boolean): Promise<void>;
  /** Everything that the functions logged. */
  log(): string;
}

/** Conditions about the simulators change without an observation. */
const CHECK_MS = 100;

const isMediaUpload = ({ envelope }: { envelope: EventEnvelope }) =>
  Object.values<string>(DETAIL_TYPE).includes(envelope['detail-type']);

/** Placeholder for the simulator's URL in a shared assembly: each test starts its own simulator. */
const SIMULATOR_URL = 'http://127.0.0.1:9/simulator';
const TEMPLATE = 'Pindrop.template.json';

/** Copies an assembly with a changed template. All other files are symbolic links. */
async function copyAssembly(from: string, to: string, change: (template: string) => string): Promise<void> {
  await mkdir(to);
  for (const name of await readdir(from)) if (name !== TEMPLATE) await symlink(join(from, name), join(to, name));
  await writeFile(join(to, TEMPLATE), change(await readFile(join(from, TEMPLATE), 'utf8')));
}

/** Runs Pindrop as it would be deployed, on this machine against the simulated Pinterest, until the test ends. */
export async function startLocalPindrop({
  simulator: simulated = {},
  settings = {},
  synthesize,
  change = (template) => template,
  tokens = ({ accessToken }) => ({ accessToken }),
  secretValues = {},
}: LocalPindropOptions = {}): Promise<LocalPindrop> {
  const directory = await mkdtemp(join(tmpdir(), 'pindrop-'));
  const simulator = await startPinterestSimulator({ processingSeconds: () => 0, ...simulated });
  const assemblyDirectory = join(directory, 'cdk.out');
  if (synthesize) await synthesize(assemblyDirectory, simulator.url);
  else {
    const shared = await sharedAssembly({ pinterestApiUrl: SIMULATOR_URL, ...settings });
    await copyAssembly(shared, assemblyDirectory, (template) =>
      change(template.replaceAll(SIMULATOR_URL, simulator.url)),
    );
  }
  const observations: Observation[] = [];
  const watchers = new Set<() => void>();
  const check = () => {
    for (const watcher of watchers) watcher();
  };
  const log = () =>
    observations.map((observation) => (observation.kind === 'function-log' ? `${observation.line}\n` : '')).join('');
  const stack = await startLocalStack({
    assemblyDirectory,
    stackName: 'Pindrop',
    stateDirectory: directory,
    secretValues: {
      ...Object.fromEntries(Object.entries(secretValues).map(([output, value]) => [output, { value }])),
      TokenSecretArn: { value: JSON.stringify(tokens(simulator)) },
    },
    observe(observation) {
      observations.push(observation);
      check();
    },
  });
  const checks = setInterval(check, CHECK_MS);
  const s3 = new S3Client({
    endpoint: stack.endpoint,
    region: stack.region,
    credentials: stack.accessKey,
  });
  onTestFinished(async () => {
    clearInterval(checks);
    s3.destroy();
    await stack.stop();
    await simulator.close();
    expectNoSecretIn(observations, directory);
    // The functions log this only for a bug of their own. Retries would hide it.
    expect(log()).not.toContain('the message failed');
    await rm(directory, { recursive: true, force: true });
  });

  const bucket = stack.outputs['DropBucketName'] ?? '';
  const finalEvents: FinalEventDetail[] = [];
  let read = 0;
  // Read each observation only once: conditions about events are checked often.
  const events = () => {
    for (; read < observations.length; read++) {
      const observation = observations[read];
      if (observation?.kind !== 'event-put' || !isMediaUpload(observation)) continue;
      expectByContract(observation.envelope);
      finalEvents.push(observation.envelope.detail as FinalEventDetail);
    }
    return [...finalEvents];
  };
  const until = (what: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      const watcher = () => {
        try {
          if (!what()) return;
          resolve();
        } catch (error) {
          reject(error);
        }
        watchers.delete(watcher);
      };
      watchers.add(watcher);
      watcher();
    });
  return {
    stack,
    assemblyDirectory,
    simulator,
    s3,
    bucket,
    observations,
    events,
    until,
    log,
    async drop(key, bytes, metadata = {}) {
      const put = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: bytes,
        ContentType: 'video/mp4',
        Metadata: metadata,
      });
      return (await s3.send(put)).VersionId ?? '';
    },
    async finalEventOf(versionId) {
      const find = () => events().find(({ object }) => object.versionId === versionId);
      await until(() => find() !== undefined);
      const event = find() as FinalEventDetail;
      // Every failure message must say what to do.
      if (event.status === 'failed') expect(event.failure.message).toMatch(/\b(drop|retry|check|look)\b/i);
      return event;
    },
  };
}
