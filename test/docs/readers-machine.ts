import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SIMULATED_APP } from '../../infra/local/pinterest/oauth.ts';
import { simulatedToken } from '../../infra/local/pinterest/simulator.ts';
import { startWebhookSimulator } from '../../infra/local/pinterest/webhook-simulator.ts';
import { PROJECT } from './markdown.ts';
import { shell } from './shell.ts';
import { startStackDirectory } from './stack-directory.ts';

const CLIP = fileURLToPath(new URL('../../infra/local/pinterest/sample-clip.mp4', import.meta.url));
const AWS_CLI = fileURLToPath(new URL('aws-cli.ts', import.meta.url));

/** A final event, as `npm start` prints it. */
interface PrintedEvent {
  'detail-type': string;
  detail: { uploadId: string; status: string; mediaId?: string; object: { key: string } };
}

export const eventsIn = (stdout: string): PrintedEvent[] =>
  stdout.split('\n').flatMap((line) => (line.startsWith('{"version"') ? [JSON.parse(line)] : []));

interface Projects {
  pindrop: string;
  subscriber: string;
}

interface FailedUpload {
  uploadId: string;
  /** `s3://bucket/key` */
  url: string;
}

/** Stands in for the computer of a reader of the pages. Its running stack has already handled two files. */
export interface ReadersMachine {
  /** A directory that contains clip.mp4. */
  directory: string;
  /** Returns a new state directory, for a separate stack. */
  stateDirectory(): string;
  /** Copies the package's files, and creates an empty project beside the copy that can install it. */
  projects(): Projects;
  /** Environment in which `npm run pindrop` and `aws` find the stack as if it were deployed. */
  environment: Record<string, string>;
  /** Waits until the stack prints a matching text. */
  until(says: RegExp): Promise<void>;
  /** Drops another file, which fails, and waits for its final event. */
  failedUpload(): Promise<FailedUpload>;
  /** Replaces the placeholders in a command with real values. @throws Error if a placeholder is left */
  filledIn(command: string): string;
  end(): Promise<void>;
}

/** Starts the machine. Its stack is an `npm start` that keeps running. */
export async function readersMachine(): Promise<ReadersMachine> {
  const root = mkdtempSync(join(tmpdir(), 'pindrop-reader-'));
  const directory = join(root, 'videos');
  const bin = join(root, 'bin');
  for (const path of [directory, bin]) mkdirSync(path);
  for (const name of ['clip.mp4', 'another.mov']) cpSync(CLIP, join(directory, name));
  writeFileSync(join(directory, 'clip.mp4.json'), '{"title":"Spring"}');
  writeFileSync(join(bin, 'aws'), `#!/bin/sh\nexec "${process.execPath}" "${AWS_CLI}" "$@"\n`, { mode: 0o755 });

  const state = join(root, 'state');
  const webhook = await startWebhookSimulator();
  const start = shell('npm start -- --with slack-webhook', { environment: { PINDROP_STATE_DIR: state } });
  await start.until(/Ctrl\+C stops/);
  const location = readFileSync(join(state, 'simulator/stack.json'), 'utf8');
  const { endpoint, region, accessKey, outputs } = JSON.parse(location);
  const apiUrl = outputs.PinterestApiUrl;
  const deployed = await startStackDirectory(outputs);
  const environment = {
    ...deployed.environment,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKey.accessKeyId,
    AWS_SECRET_ACCESS_KEY: accessKey.secretAccessKey,
    PINTEREST_API_URL: apiUrl,
    PINTEREST_AUTHORIZE_URL: `${new URL(apiUrl).origin}/oauth/`,
    PINTEREST_CLIENT_ID: SIMULATED_APP.clientId,
    PINTEREST_CLIENT_SECRET: SIMULATED_APP.clientSecret,
    PINDROP_STATE_DIR: state,
    PATH: `${bin}:${process.env['PATH']}`,
  };

  const bucket = outputs.DropBucketName;
  const drop = (file: string) => `aws s3 cp ${file} s3://${bucket}/`;
  await shell(drop('clip.mp4'), { directory, environment }).outcome;
  await start.until(/"status":"succeeded"/);
  let failures = 0;
  async function failedUpload(): Promise<FailedUpload> {
    const key = `${++failures}.simulate-failed.mp4`;
    cpSync(CLIP, join(directory, key));
    await shell(drop(key), { directory, environment }).outcome;
    await start.until(new RegExp(`^(?=.*"status":"failed").*"key":"${key}".*\\n`, 'm'));
    const event = eventsIn(start.said.stdout).find(({ detail }) => detail.object.key === key);
    return { uploadId: event?.detail.uploadId ?? '', url: `s3://${bucket}/${key}` };
  }
  const failed = await failedUpload();

  const blanks: [blank: RegExp, value: string][] = [
    [/(?<= )(clip\.mp4|FILE)$/g, join(directory, 'clip.mp4')],
    [/(?<= )clip\.mp4(?= another\.mov)/g, join(directory, 'clip.mp4')],
    [/(?<= )another\.mov$/g, join(directory, 'another.mov')],
    [/(?<= )clip\.mp4(?= s3:)/g, join(directory, 'clip.mp4')],
    [/(?<=127\.0\.0\.1:)PORT\b/g, new URL(endpoint).port],
    [/\bDROP_BUCKET_NAME\b/g, bucket],
    [/(?<=AWS_ACCESS_KEY_ID=)PINDROP…/g, accessKey.accessKeyId],
    [/(?<=AWS_SECRET_ACCESS_KEY=)…/g, accessKey.secretAccessKey],
    [/s3:\/\/my-videos\//g, `s3://${bucket}/`],
    [/s3:\/\/bucket\/clip\.mp4\b/g, `s3://${bucket}/clip.mp4`],
    [/\bSLACK_WEBHOOK_SECRET_ARN\b/g, outputs.SlackWebhookSecretArn],
    [/\bTOKEN_SECRET_ARN\b/g, outputs.TokenSecretArn],
    // The reader would use the state machine of an example. This stack has none, so its own state machine replaces it.
    [/\bSTATE_MACHINE_ARN\b/g, outputs.StateMachineArn],
    [/\bEXECUTION_ARN\b/g, outputs.StateMachineArn.replace(':stateMachine:', ':execution:').concat(':any')],
    [/\bUPLOAD_ID\b/g, failed.uploadId],
    [/pina_…/g, simulatedToken('')],
    [/https:\/\/hooks\.slack\.com\/services\/…/g, webhook.url],
    [/https:\/\/api-sandbox\.pinterest\.com\/v5/g, apiUrl],
  ];
  let states = 0;
  return {
    directory,
    stateDirectory: () => join(root, `state-${++states}`),
    projects: () => projectsBelow(mkdtempSync(join(root, 'projects-'))),
    environment,
    until: start.until,
    failedUpload,
    filledIn(command) {
      const text = blanks.reduce((filled, [blank, value]) => filled.replace(blank, value), command);
      const left = /…|(?<![\w-])[A-Z]+(_[A-Z]+)+\b(?!=)/.exec(text);
      if (left) throw new Error(`What is ${left[0]} in: ${command}? Add it to the blanks in readers-machine.ts.`);
      return text;
    },
    async end() {
      await start.end();
      await deployed.close();
      await webhook.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Creates the package's copy and the subscriber's project, which finds the copy at `../pindrop`. */
function projectsBelow(root: string): Projects {
  const projects = { pindrop: join(root, 'pindrop'), subscriber: join(root, 'subscriber') };
  mkdirSync(projects.subscriber);
  writeFileSync(join(projects.subscriber, 'package.json'), '{ "name": "subscriber", "type": "module" }\n');
  const packed = [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.package.json',
    'README.md',
    'LICENSE',
  ];
  for (const path of [...packed, 'shared', 'functions', 'infra'])
    cpSync(join(PROJECT, path), join(projects.pindrop, path), { recursive: true });
  symlinkSync(join(PROJECT, 'node_modules'), join(projects.pindrop, 'node_modules'));
  return projects;
}
