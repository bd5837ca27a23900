import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { npmStart, stateDirectory, whereTo } from '../harness/npm-start.ts';

const clip = readFileSync(new URL('../../infra/local/pinterest/sample-clip.mp4', import.meta.url));

describe('npm start', () => {
  it('ends each of 30 drops with one event when it is killed ten times at random', async () => {
    const directory = await stateDirectory();
    const versions: string[] = [];
    const events = new Map<string, Set<string>>();
    const collect = (run: ReturnType<typeof npmStart>) => {
      for (const { id, detail } of run.events()) {
        const version = detail.object.versionId ?? '';
        events.set(version, (events.get(version) ?? new Set()).add(id));
      }
    };
    for (let kills = 0; kills < 10; kills++) {
      const run = npmStart([], directory);
      const { endpoint, bucket, credentials } = await whereTo(run);
      const s3 = new S3Client({
        endpoint,
        region: 'us-east-1',
        credentials,
        maxAttempts: 1,
      });
      for (let drop = 0; drop < 3; drop++) {
        const { VersionId } = await s3.send(
          new PutObjectCommand({ Bucket: bucket, Key: `clip ${kills}-${drop}.mp4`, Body: clip }),
        );
        versions.push(VersionId ?? '');
      }
      s3.destroy();
      await new Promise((resolve) => setTimeout(resolve, randomInt(3000)));
      run.process.kill('SIGKILL');
      await run.ended;
      collect(run);
    }
    const last = npmStart([], directory);
    await last.until(() => {
      collect(last);
      return versions.every((version) => events.has(version));
    });
    expect([...events.keys()].sort()).toEqual([...versions].sort());
    expect([...events.values()].map((ids) => ids.size)).toEqual(versions.map(() => 1));
  });
});
