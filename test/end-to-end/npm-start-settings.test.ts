import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { npmStart, projectWith, stateDirectory, whereTo } from '../harness/npm-start.ts';
import { keyHeaders } from '../infra/local/console/staged-console.ts';

const CLIP = fileURLToPath(new URL('../../infra/local/pinterest/sample-clip.mp4', import.meta.url));
const clip = readFileSync(CLIP);

describe('the settings of npm start', () => {
  it('come from cdk.json: files get the prefix, and the examples run', async () => {
    const project = await projectWith({ prefix: 'pinterest/', with: 'slack-webhook' });
    const run = npmStart([CLIP], await stateDirectory(), {}, project);
    expect(await run.ended).toBe(0);
    expect(run.events().map(({ detail }) => detail.object.key)).toEqual(['pinterest/sample-clip.mp4']);
    expect(run.stderr()).toMatch(/^Webhook: .*pinterest\/sample-clip\.mp4/m);
  });

  it('come from -c when it is given, instead of cdk.json', async () => {
    const project = await projectWith({ prefix: 'pinterest/', with: 'results-bucket' });
    const args = ['-c', 'prefix=videos/', '-c', 'with=slack-webhook', CLIP];
    const run = npmStart(args, await stateDirectory(), {}, project);
    expect(await run.ended).toBe(0);
    expect(run.events().map(({ detail }) => detail.object.key)).toEqual(['videos/sample-clip.mp4']);
    expect(run.stderr()).toMatch(/^Webhook: .*videos\/sample-clip\.mp4/m);
    expect(run.stderr()).not.toContain('results-bucket');
  });

  it('appear in the command to paste and on the console page, and a put without the prefix is reported', async () => {
    const run = npmStart(['-c', 'prefix=pinterest/'], await stateDirectory());
    const { endpoint, bucket: Bucket, credentials } = await whereTo(run);
    expect(run.stderr()).toContain(`s3 cp clip.mp4 s3://${Bucket}/pinterest/`);
    const [, console = ''] = /console\s+(\S+)/.exec(run.stderr()) ?? [];
    const events = await fetch(new URL('/events', console), { headers: keyHeaders(console) });
    let snapshot = '';
    for await (const chunk of events.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      snapshot += chunk;
      if (/event: snapshot\ndata: .*\n\n/.test(snapshot)) break;
    }
    expect(snapshot).toContain('"prefix":"pinterest/"');
    const s3 = new S3Client({ endpoint, region: 'us-east-1', credentials });
    onTestFinished(() => s3.destroy());
    await s3.send(new PutObjectCommand({ Bucket, Key: 'elsewhere/clip.mp4', Body: clip }));
    const sentence =
      'elsewhere/clip.mp4 is not uploaded: the setting prefix allows only keys that start with pinterest/.';
    await run.until(() => run.stderr().includes(sentence));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'pinterest/clip.mp4', Body: clip }));
    await run.until(() => run.events().length > 0);
    expect(run.events().map(({ detail }) => detail.object.key)).toEqual(['pinterest/clip.mp4']);
  });

  it.each([
    ['colour=red', 'colour is not a setting'],
    ['pinterestApiUrl=https://api-sandbox.pinterest.com/v5', 'PINTEREST_API_URL'],
  ])('stop it with one sentence if they are not valid: %s', async (setting, sentence) => {
    const run = npmStart(['-c', setting, CLIP], await stateDirectory());
    expect(await run.ended).toBe(2);
    expect(run.stderr()).toContain(sentence);
    expect(run.stderr().trim().split('\n')).toHaveLength(1);
  });
});
