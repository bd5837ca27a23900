import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MediaStore } from '../../../infra/local/pinterest/media-store.ts';
import { startPinterestSimulator } from '../../../infra/local/pinterest/simulator.ts';
import { npmStart, type Run, stateDirectory, whereTo } from '../../harness/npm-start.ts';

const CLIP = fileURLToPath(new URL('../../../infra/local/pinterest/sample-clip.mp4', import.meta.url));
const clip = readFileSync(CLIP);

/** The Pins that the simulator of a finished run created. */
function pinsBelow(directory: string) {
  const store = new MediaStore(join(directory, 'simulator', 'pinterest'));
  const pins = store.pins();
  store.close();
  return pins;
}

const pinsPublished = (run: Run) =>
  (run.events() as unknown as { 'detail-type': string; detail: { mediaId: string; pinId: string } }[]).flatMap(
    (event) => (event['detail-type'] === 'Pin Published' ? [event.detail] : []),
  );

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
    const run = npmStart(['--with', 'publish-pin', CLIP], await stateDirectory());
    expect(await run.ended).toBe(1);
    expect(run.stderr()).toContain('✘ sample-clip.mp4: no Pin (rejected_metadata). The metadata names no board.');
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
    expect(first.stderr()).toMatch(/^sample-clip.mp4 is left at Pindrop-PublishPin, which goes on with it in \d+ s: /m);
    const second = start('Summer');
    expect(await second.ended).toBe(0);
    expect(second.stderr()).not.toContain('is left at');
    expect(simulator.pins().map(({ request }) => request.title)).toEqual(['Summer']);
  });

  it.each([
    [['--with', 'tell-everyone'], 'There is no example tell-everyone: there are slack-webhook, '],
    [['-c', 'inspect'], '-c takes NAME=VALUE, not inspect.'],
    [['--metadata', 'board'], '--metadata takes NAME=VALUE, not board.'],
  ])('prints one sentence and exits 2 for %o', async (args, sentence) => {
    const run = npmStart(args, await stateDirectory());
    expect(await run.ended).toBe(2);
    expect(run.stderr()).toContain(sentence);
    expect(run.stderr().trim().split('\n')).toHaveLength(1);
  });

  it('creates one Pin for each of several identical videos when it is killed at random times', async () => {
    // This simulator is slow and runs outside the killed process. It creates the Pin even if its caller is killed.
    const simulator = await startPinterestSimulator({
      processingSeconds: () => 0,
      faults: ({ operation }) => (operation === 'pins_create' ? { kind: 'slow', milliseconds: 1200 } : undefined),
    });
    onTestFinished(() => simulator.close());
    const directory = await stateDirectory();
    const start = () =>
      npmStart(['--with', 'publish-pin', '-c', 'pinPatienceSeconds=5', '-c', 'maxBackoffSeconds=5'], directory, {
        PINTEREST_API_URL: simulator.url,
        PINTEREST_ACCESS_TOKEN: simulator.accessToken,
      });
    const published = new Map<string, Set<string>>();
    const collect = (run: Run) => {
      for (const { mediaId, pinId } of pinsPublished(run))
        published.set(mediaId, (published.get(mediaId) ?? new Set()).add(pinId));
    };
    const creations = () => simulator.requests.filter(({ operation }) => operation === 'pins_create').length;
    const drops = 12;
    for (let kills = 0; kills < 6; kills++) {
      const run = start();
      const { endpoint, bucket, credentials } = await whereTo(run);
      const s3 = new S3Client({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
      for (let drop = 0; drop < drops / 6; drop++) {
        const Key = `clip ${kills}-${drop}.mp4`;
        const Metadata = { board: '42', title: `Spring ${drop}` };
        await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: clip, Metadata }));
      }
      s3.destroy();
      const before = creations();
      while (creations() === before) await wait(20);
      // The kill usually happens while a Pin is being created.
      await wait(randomInt(2000));
      run.process.kill('SIGKILL');
      await run.ended;
      collect(run);
    }
    const last = start();
    await last.until(() => {
      collect(last);
      return published.size >= drops;
    });
    const pins = simulator.pins();
    expect(pins).toHaveLength(drops);
    expect(new Set(pins.map(({ request }) => request.media_source.media_id)).size).toBe(drops);
    for (const { pinId, request } of pins)
      expect([...(published.get(request.media_source.media_id) ?? [])]).toEqual([pinId]);
  }, 900_000);
});
