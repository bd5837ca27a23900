import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startPinterestSimulator } from '../../infra/local/pinterest/simulator.ts';
import { npmStart, stateDirectory, whereTo } from '../harness/npm-start.ts';

const clip = readFileSync(new URL('../../infra/local/pinterest/sample-clip.mp4', import.meta.url));
/** Id of the user `nobody`, on every Unix. */
const NOBODY = 65_534;

/** A program that drops root's rights, and then makes the requests and reads the files that its argument lists. */
const INTRUDER = `
const fs = require('node:fs');
process.setgroups([]);
process.setgid(${NOBODY});
process.setuid(${NOBODY});
const { directory, files, requests } = JSON.parse(process.argv[1]);
const refused = (act) => {
  try {
    act();
    return 'done';
  } catch ({ code }) {
    return code;
  }
};
(async () => {
  const answers = [];
  for (const { url, ...request } of requests) {
    const response = await fetch(url, request);
    answers.push({ url, status: response.status, body: await response.text() });
  }
  console.log(JSON.stringify({
    user: process.getuid(),
    directory: refused(() => fs.readdirSync(directory)),
    files: files.map((file) => refused(() => fs.readFileSync(file))),
    answers,
  }));
})();
`;

interface Tried {
  user: number;
  directory: string;
  files: string[];
  answers: { url: string; status: number; body: string }[];
}

async function asNobody(what: object): Promise<Tried> {
  const program = spawn(process.execPath, ['-e', INTRUDER, JSON.stringify(what)], { cwd: '/', env: {} });
  const [said, complaint] = await Promise.all([text(program.stdout), text(program.stderr)]);
  expect(complaint).toBe('');
  return JSON.parse(said);
}

async function below(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.map((entry) => join(entry.parentPath, entry.name));
}

const mode = (path: string) => statSync(path).mode & 0o777;

// Only root can switch to another user.
describe.skipIf(process.getuid?.() !== 0)('another user of the machine', () => {
  it('cannot get a token or a video from the services, the console or the disk', async () => {
    const accessToken = 'pina_of_the_owner';
    const pinterest = await startPinterestSimulator({ accessToken, processingSeconds: () => 0 });
    onTestFinished(() => pinterest.close());
    const directory = join(await stateDirectory(), 'state');
    const environment = { PINTEREST_API_URL: pinterest.url, PINTEREST_ACCESS_TOKEN: accessToken };
    const run = npmStart([], directory, environment);
    const { endpoint, bucket, credentials } = await whereTo(run);
    const s3 = new S3Client({ endpoint, region: 'us-east-1', credentials });
    onTestFinished(() => s3.destroy());
    const { VersionId } = await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'clip.mp4', Body: clip }));
    await run.until(() => run.events().length === 1);

    const target = join(directory, new URL(pinterest.url).host.replace(':', '-'));
    const { outputs } = JSON.parse(readFileSync(join(target, 'stack.json'), 'utf8'));
    const console = /console\s+(http:\S+)/.exec(run.stderr())?.[1] ?? '';
    const aws = (operation: string, body: object, headers: Record<string, string> = {}) => ({
      url: endpoint,
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'X-Amz-Target': operation, 'Content-Type': 'application/x-amz-json-1.1', ...headers },
    });
    const SecretId = outputs.TokenSecretArn;
    const signed =
      'AWS4-HMAC-SHA256 Credential=local/20260301/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0';
    const object = `${endpoint}/${bucket}/clip.mp4`;
    const origin = new URL(console).origin;
    const requests = [
      aws('secretsmanager.GetSecretValue', { SecretId }),
      aws('secretsmanager.GetSecretValue', { SecretId }, { Authorization: signed }),
      aws('AmazonSQS.ReceiveMessage', { QueueUrl: outputs.QueueUrl }),
      aws('AWSStepFunctions.ListExecutions', { stateMachineArn: outputs.StateMachineArn }),
      { url: object },
      { url: object, headers: { Authorization: signed } },
      { url: `${object}?versionId=${VersionId}` },
      { url: `${object}?X-Amz-Credential=local%2F20260301%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature=0` },
      { url: `${endpoint}/${bucket}?list-type=2` },
      { url: object, method: 'PUT', body: 'theirs' },
      { url: `${origin}/events` },
      { url: `${origin}/uploads/${run.events()[0]?.detail.uploadId}` },
      { url: `${origin}/objects/theirs.mp4`, method: 'PUT', body: 'theirs', headers: { Origin: origin } },
    ];
    const files = ['stack.json', 'access-key.json', 'console-key', 'state.sqlite'].map((name) => join(target, name));
    const tried = await asNobody({ directory: target, files, requests });
    expect(tried).toMatchObject({ user: NOBODY, directory: 'EACCES', files: files.map(() => 'EACCES') });
    for (const { url, status, body } of tried.answers) {
      // S3 answers 400 to a signature without a date.
      expect(status, url).toSatisfy((code: number) => code === 403 || (code === 400 && url.startsWith(endpoint)));
      expect(body).not.toContain(accessToken);
      expect(body).not.toContain('clip.mp4');
      expect(body).not.toContain('ftyp');
    }

    expect(mode(directory)).toBe(0o700);
    // The cloud assembly has other file modes. It is built from this repository and holds no token and no video.
    const assembly = join(target, 'cdk.out');
    const kept = (await below(directory)).filter((path) => !path.startsWith(assembly));
    expect(kept).toContain(join(target, 'state.sqlite'));
    for (const path of kept) expect(mode(path) & 0o077, path).toBe(0);
    expect(run.events()).toHaveLength(1);
  });
});
