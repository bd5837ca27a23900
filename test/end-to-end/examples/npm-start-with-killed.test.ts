import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startPinterestSimulator } from '../../../infra/local/pinterest/simulator.ts';
import { npmStart, type Run, stateDirectory, whereTo } from '../../harness/npm-start.ts';

const clip = readFileSync(new URL('../../../infra/local/pinterest/sample-clip.mp4', import.meta.url));

const pinsPublished = (run: Run) =>
  (run.events() as unknown as { 'detail-type': string; detail: { mediaId: string; pinId: string } }[]).flatMap(
    (event) => (event['detail-type'] === 'Pin Published' ? [event.detail] : []),
  );

describe('npm start -- --with publish-pin', () => {
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
        // Half of the Pins wait for a time that may come before or after the next kill.
        const publish_at = new Date(Date.now() + 500 + randomInt(6000)).toISOString();
        const Metadata = { board: '42', title: `Spring ${drop}`, ...(drop % 2 === 0 && { publish_at }) };
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
  });
});
