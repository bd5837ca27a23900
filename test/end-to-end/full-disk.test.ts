import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, describe, expect, it } from 'vitest';
import { npmStart, type Run, whereTo } from '../harness/npm-start.ts';
import { unhurriedPinterest } from '../harness/unhurried-pinterest.ts';

const clip = readFileSync(new URL('../../infra/local/pinterest/sample-clip.mp4', import.meta.url));

/** Mounts a disk of 64 MB. @returns undefined if this user may not mount disks */
function smallDisk(): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'pindrop-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64m,mode=700', 'tmpfs', directory]).status === 0;
  if (mounted) return directory;
  rmSync(directory, { recursive: true });
  return undefined;
}

const disk = smallDisk();
afterAll(() => {
  if (disk === undefined) return;
  execFileSync('umount', ['--lazy', disk]);
  rmSync(disk, { recursive: true });
});

/** Fills the disk, even while other processes write to it. */
function fill(directory: string): string {
  const path = join(directory, 'filler');
  const file = openSync(path, 'w');
  for (const piece of [1024 ** 2, 4096]) {
    try {
      for (;;) writeSync(file, Buffer.alloc(piece));
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' });
    }
  }
  closeSync(file);
  return path;
}

async function s3Of(run: Run) {
  const { endpoint, bucket: Bucket, credentials } = await whereTo(run);
  const s3 = new S3Client({ endpoint, region: 'us-east-1', credentials });
  const put = (Key: string, Body: Buffer) => s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  return { put, close: () => s3.destroy() };
}

describe.skipIf(disk === undefined)('a disk that becomes full during uploads', () => {
  it('ends npm start with one sentence; once there is space, the next start ends each file in one event', async () => {
    const directory = disk ?? '';
    const pinterest = await unhurriedPinterest();
    const first = npmStart([], directory, pinterest.environment);
    const bucket = await s3Of(first);
    const tooLarge = bucket.put('too-large.mp4', Buffer.alloc(60 * 1024 ** 2));
    await expect(tooLarge).rejects.toMatchObject({
      name: 'InsufficientStorage',
      message: expect.stringMatching(/62914560 bytes, and the disk of .* has room for \d+\. Free some space/),
    });
    const keys = Array.from({ length: 6 }, (_, at) => `clip ${at}.mp4`);
    const dropped: (string | undefined)[] = [];
    for (const key of keys) dropped.push((await bucket.put(key, clip)).VersionId);
    // No execution has ended, and each writes every state that it enters. The first such write to the full disk ends the process.
    const filler = fill(directory);
    await expect(bucket.put('late.mp4', clip)).rejects.toThrow();
    expect(await first.ended).toBe(1);
    bucket.close();
    const said = first.stderr().split('\n');
    const sentences = said.filter((line) => line.startsWith('The disk of '));
    expect(sentences).toEqual([
      expect.stringMatching(
        /^The disk of .+ is full: 0 bytes? is free, and npm start needs [\d.]+ MB\. Free some space /,
      ),
    ]);
    expect(first.stderr()).not.toMatch(/\bat .+\.[jt]s:\d+|ERR_SQLITE/);

    const refused = npmStart([], directory, pinterest.environment);
    expect(await refused.ended).toBe(1);
    expect(refused.stderr().trim().split('\n').at(-1)).toMatch(/^The disk of .+ is full: .+ run npm start again/);

    rmSync(filler);
    pinterest.answer();
    const second = npmStart([], directory, pinterest.environment);
    const events = () => [...first.events(), ...second.events()];
    await second.until(() => keys.every((key) => events().some(({ detail }) => detail.object.key === key)));
    const ended = events().map(({ detail }) => detail.object.versionId);
    expect([...new Set(ended)].sort()).toEqual([...dropped].sort());
    expect(new Set(events().map(({ id }) => id)).size).toBe(dropped.length);
    const { put, close } = await s3Of(second);
    await put('after.mp4', clip);
    await second.until(() => second.events().some(({ detail }) => detail.object.key === 'after.mp4'));
    close();
  });
});
