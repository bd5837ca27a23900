import { createHash } from 'node:crypto';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MediaStore } from '../../../infra/local/pinterest/media-store.ts';
import { startPinterestSimulator } from '../../../infra/local/pinterest/simulator.ts';
import { jpegImage } from '../../fixtures/covers/images.ts';
import { npmStart, stateDirectory } from '../../harness/npm-start.ts';

const CLIP = fileURLToPath(new URL('../../../infra/local/pinterest/sample-clip.mp4', import.meta.url));

/** The Pins that the simulator of a finished run created. */
function pinsBelow(directory: string) {
  const store = new MediaStore(join(directory, 'simulator', 'pinterest'));
  const pins = store.pins();
  store.close();
  return pins;
}

describe('npm start -- --with NAME', () => {
  it('also runs the examples, and ends when they have finished', async () => {
    const directory = await stateDirectory();
    const run = npmStart(
      [
        '--with',
        'slack-webhook,results-bucket',
        '--with',
        'start-state-machine',
        '--with',
        'publish-pin',
        '--metadata',
        'board=42',
        '--metadata',
        'title=Frühling',
        CLIP,
      ],
      directory,
    );
    expect(await run.ended).toBe(0);
    expect(run.stderr()).toMatch(/^Webhook: :white_check_mark: \*sample-clip.mp4\* is ready/m);
    expect(run.stderr()).toMatch(/^results-bucket: result written/m);
    expect(run.stderr()).toMatch(/^start-state-machine: execution started/m);
    expect(run.stderr()).toMatch(/^✔ sample-clip.mp4: published as Pin \d+ on board 42$/m);
    expect(pinsBelow(directory).map(({ request }) => request.title)).toEqual(['Frühling']);
  });

  it('exits 1 when the video is ready but its Pin failed', async () => {
    const run = npmStart(['--with', 'publish-pin', '--metadata', 'board=Sprng', CLIP], await stateDirectory());
    expect(await run.ended).toBe(1);
    expect(run.stderr()).toContain('✔ sample-clip.mp4: ready on Pinterest as media');
    expect(run.stderr()).toContain('✘ sample-clip.mp4: no Pin (rejected_metadata). There is no board "Sprng"');
  });

  it('publishes a Pin that the sidecar schedules, and reports a Pin that is due later', async () => {
    const files = await stateDirectory();
    const place = (name: string, sidecar: object) => {
      const path = join(files, name);
      copyFileSync(CLIP, path);
      writeFileSync(`${path}.json`, JSON.stringify({ board: 'Spring', ...sidecar }));
      writeFileSync(`${path}.jpg`, jpegImage);
      return path;
    };
    const soon = place('soon.mp4', { title: 'Soon', publish_at: new Date(Date.now() + 15_000).toISOString() });
    const laterAt = Date.now() + 86_400_000;
    const later = place('later.mp4', { title: 'Later', publish_at: new Date(laterAt).toISOString() });
    const directory = await stateDirectory();
    const run = npmStart(['--with', 'publish-pin', soon, later], directory);
    expect(await run.ended).toBe(0);
    expect(run.stderr()).toMatch(/^✔ soon.mp4: published as Pin \d+ on board 42$/m);
    const [, due = ''] = /^later.mp4 is not finished: .+, at (\S+) or later\.$/m.exec(run.stderr()) ?? [];
    expect(Date.parse(due)).toBeGreaterThan(laterAt - 10_000);
    expect(pinsBelow(directory).map(({ request }) => request)).toMatchObject([
      { title: 'Soon', media_source: { cover_image_sha256: createHash('sha256').update(jpegImage).digest('hex') } },
    ]);
  });

  it('does not wait for a delayed Pin but reports it, and ignores it in a later run for another file', async () => {
    const simulator = await startPinterestSimulator({ processingSeconds: () => 0 });
    onTestFinished(() => simulator.close());
    simulator.inject({ operation: 'pins_create', fault: { kind: 'status', status: 429, retryAfterSeconds: 3600 } });
    const directory = await stateDirectory();
    const start = (title: string) =>
      npmStart(['--with', 'publish-pin', '--metadata', 'board=42', '--metadata', `title=${title}`, CLIP], directory, {
        PINTEREST_API_URL: simulator.url,
        PINTEREST_ACCESS_TOKEN: simulator.accessToken,
      });
    const first = start('Spring');
    expect(await first.ended).toBe(0);
    expect(first.stderr()).toMatch(
      /^sample-clip.mp4 is not finished: Pindrop-PublishPin continues in the next npm start /m,
    );
    const second = start('Summer');
    expect(await second.ended).toBe(0);
    expect(second.stderr()).not.toContain('is not finished');
    expect(simulator.pins().map(({ request }) => request.title)).toEqual(['Summer']);
  });

  it.each([
    [['--with', 'tell-everyone'], 'There is no example tell-everyone: the examples are slack-webhook, '],
    [['-c', 'inspect'], '-c takes NAME=VALUE, not inspect.'],
    [['--metadata', 'board'], '--metadata takes NAME=VALUE, not board.'],
  ])('prints one sentence and exits 2 for %o', async (args, sentence) => {
    const run = npmStart(args, await stateDirectory());
    expect(await run.ended).toBe(2);
    expect(run.stderr()).toContain(sentence);
    expect(run.stderr().trim().split('\n')).toHaveLength(1);
  });
});
