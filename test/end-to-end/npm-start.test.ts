import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startPinterestSimulator } from '../../infra/local/pinterest/simulator.ts';
import { finalEventDetailSchema } from '../../shared/events/schema.ts';
import { npmStart, projectWith, stateDirectory, whereTo } from '../harness/npm-start.ts';
import { unhurriedPinterest } from '../harness/unhurried-pinterest.ts';

const CLIP = fileURLToPath(new URL('../../infra/local/pinterest/sample-clip.mp4', import.meta.url));
const clip = readFileSync(CLIP);

describe('npm start -- FILE', () => {
  it('prints one line, the final event, and exits 0', async () => {
    const run = npmStart([CLIP], await stateDirectory());
    expect(await run.ended).toBe(0);
    const [event, ...others] = run.events();
    expect(others).toEqual([]);
    expect(event).toMatchObject({ source: 'pindrop', 'detail-type': 'Media Upload Succeeded', version: '0' });
    expect(finalEventDetailSchema.parse(event?.detail)).toMatchObject({
      status: 'succeeded',
      object: { key: 'sample-clip.mp4' },
    });
    expect(run.stderr()).toContain('simulated Pinterest');
    expect(run.stderr()).toContain('sample-clip.mp4: uploaded');
  });

  it('keeps its state in the folder .pindrop of the project, the default place', async () => {
    const project = await projectWith({});
    const run = npmStart([CLIP], join(project, '.pindrop'), {}, project);
    expect(await run.ended).toBe(0);
    expect(run.events()).toHaveLength(1);
  });

  it('exits 1 when one of two files failed', async () => {
    const directory = await stateDirectory();
    const failing = join(directory, 'clip.simulate-failed.mp4');
    copyFileSync(CLIP, failing);
    const run = npmStart([CLIP, failing], directory);
    expect(await run.ended).toBe(1);
    expect(
      run
        .events()
        .map(({ detail }) => detail.status)
        .sort(),
    ).toEqual(['failed', 'succeeded']);
  });

  it('accepts a file name of 254 bytes, and can start again afterwards', async () => {
    const directory = await stateDirectory();
    const long = join(directory, `${'動'.repeat(83)}a.mp4`);
    expect(Buffer.byteLength(basename(long))).toBe(254);
    copyFileSync(CLIP, long);
    const run = npmStart([long], directory);
    expect(await run.ended).toBe(0);
    expect(run.events().map(({ detail }) => detail.object.key)).toEqual([basename(long)]);
    expect(await npmStart([CLIP], directory).ended).toBe(0);
  });

  it.each([
    [['no-such-clip.mp4'], {}, 'There is no file no-such-clip.mp4.'],
    [['--colour', CLIP], {}, "Unknown option '--colour'"],
    [['--port', 'x'], {}, '--port takes a number'],
    [[fileURLToPath(new URL('.', import.meta.url))], {}, 'is not a file.'],
    [[CLIP], { PINTEREST_API_URL: 'http://127.0.0.1:1/v5' }, 'PINTEREST_ACCESS_TOKEN is not'],
  ])('prints one sentence, starts nothing and exits 2 for %o', async (args, environment, sentence) => {
    const run = npmStart(args, await stateDirectory(), environment);
    expect(await run.ended).toBe(2);
    expect(run.stderr()).toContain(sentence);
    expect(run.stderr().trim().split('\n')).toHaveLength(1);
    expect(run.stdout()).toBe('');
  });

  it('uploads to another server with the same API, and never prints the token', async () => {
    const accessToken = 'pina_of_the_other_server';
    const other = await startPinterestSimulator({ accessToken, processingSeconds: () => 0 });
    onTestFinished(() => other.close());
    const directory = await stateDirectory();
    const run = npmStart([CLIP], directory, { PINTEREST_API_URL: other.url, PINTEREST_ACCESS_TOKEN: accessToken });
    expect(await run.ended).toBe(0);
    const [media] = other.media();
    expect(media?.file).toMatchObject({ size: clip.length, sha256: createHash('sha256').update(clip).digest('hex') });
    expect(media?.file?.contentLength).toBeGreaterThan(clip.length);
    expect(media?.file).not.toHaveProperty('transferEncoding');
    expect(run.stdout() + run.stderr()).not.toContain(accessToken);
  });
});

describe('npm start', () => {
  it('refuses to start twice on the same state directory, and names the first process', async () => {
    const directory = await stateDirectory();
    const first = npmStart([], directory);
    await whereTo(first);
    const second = npmStart([], directory);
    expect(await second.ended).toBe(1);
    expect(second.stderr()).toContain(`process ${first.process.pid}`);
  });

  it('continues the uploads of a run that SIGINT ended', async () => {
    const directory = await stateDirectory();
    const pinterest = await unhurriedPinterest();
    const first = npmStart([CLIP], directory, pinterest.environment);
    await first.until(() => first.stderr().includes('sample-clip.mp4: uploaded'));
    first.process.kill('SIGINT');
    expect(await first.ended).toBe(130);
    expect(first.events()).toEqual([]);
    pinterest.answer();
    const second = npmStart([], directory, pinterest.environment);
    await second.until(() => second.events().length > 0);
    expect(second.events().map(({ detail }) => detail.status)).toEqual(['succeeded']);
  });
});
