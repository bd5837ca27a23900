import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { retry } from '../../../infra/operations/new-attempt.ts';
import { type LocalPindrop, startLocalPindrop } from '../../harness/local-pindrop.ts';
import { pindropLocal, portsTo } from '../../harness/pindrop-command.ts';

const clip = readFileSync(new URL('../../../infra/local/pinterest/sample-clip.mp4', import.meta.url));
const KEY = 'a b+c é.mp4';

/** Starts a stack with one failed upload: Pinterest refused the registration. `refuse` makes the next one fail, too. */
async function withFailedUpload() {
  const pindrop = await startLocalPindrop();
  const refuse = () =>
    pindrop.simulator.inject({ operation: 'media_create', fault: { kind: 'status', status: 403, code: 29 } });
  refuse();
  const failed = await pindrop.finalEventOf(await pindrop.drop(KEY, clip, { board: '42' }));
  expect(failed).toMatchObject({ status: 'failed', failure: { reason: 'registration_refused', retryable: true } });
  return { pindrop, failed, refuse, ports: portsTo(pindrop), command: pindropLocal(pindrop) };
}

async function eventOf(pindrop: LocalPindrop, uploadId: string | undefined) {
  const find = () => pindrop.events().find((event) => event.uploadId === uploadId);
  await pindrop.until(() => find() !== undefined);
  return find();
}

describe('retry', () => {
  it('starts a new attempt with its own event for a failed drop, and rejects everything else', async () => {
    const { pindrop, failed, ports } = await withFailedUpload();
    const uploadId = await retry(failed.uploadId, ports);
    expect(uploadId).not.toBe(failed.uploadId);
    expect(await eventOf(pindrop, uploadId)).toMatchObject({ status: 'succeeded', object: failed.object });

    await expect(retry(uploadId, ports)).rejects.toThrow('nothing to retry');
    await expect(retry('no-such-upload', ports)).rejects.toThrow('There is no upload');
    await expect(retry('s3://bucket', ports)).rejects.toThrow('does not name an object');
    await expect(retry('s3://another/key', ports)).rejects.toThrow('does not watch the bucket another');
    await expect(retry(`s3://${pindrop.bucket}/nothing`, ports)).rejects.toThrow('There is no object');
    await pindrop.drop('folder/', Buffer.alloc(0));
    await expect(retry(`s3://${pindrop.bucket}/folder/`, ports)).rejects.toThrow('is a folder, not a file');
    await pindrop.drop('clip.mp4.json', Buffer.from('{}'));
    await expect(retry(`s3://${pindrop.bucket}/clip.mp4.json`, ports)).rejects.toThrow(
      `is a sidecar or a cover, not a video: retry s3://${pindrop.bucket}/clip.mp4 to upload it with them.`,
    );
    expect(pindrop.events()).toHaveLength(2);
  });

  it('refuses what ingest would ignore, and says why', async () => {
    const pindrop = await startLocalPindrop({ settings: { prefix: 'für alle+/', suffixes: '.mp4,.MOV' } });
    const ports = portsTo(pindrop);
    for (const [key, why] of [
      ['clip.mp4', 'The key does not start with für alle+/.'],
      ['für alle+/notes.txt', 'The key does not end in .mp4 or .mov.'],
    ] as const) {
      await pindrop.drop(key, clip);
      const url = `s3://${pindrop.bucket}/${key}`;
      await expect(retry(url, ports)).rejects.toThrow(`The stack would ignore ${url}. ${why}`);
    }
  });

  it('starts only one attempt when it is called twice before the attempt has an execution', async () => {
    const { pindrop, failed, ports } = await withFailedUpload();
    const [first, second] = [await retry(failed.uploadId, ports), await retry(failed.uploadId, ports)];
    expect(second).toBe(first);
    expect(await eventOf(pindrop, first)).toMatchObject({ status: 'succeeded' });
    await expect(retry(failed.uploadId, ports)).rejects.toThrow(`The newest attempt of ${failed.uploadId}, ${first},`);
    expect(pindrop.events()).toHaveLength(2);
  });

  it('retries the newest attempt, whichever id or URL is given, and refuses when that attempt succeeded', async () => {
    const { pindrop, failed, refuse, command } = await withFailedUpload();
    const url = `s3://${pindrop.bucket}/${KEY}`;
    refuse();
    const second = await command('retry', failed.uploadId);
    expect(await eventOf(pindrop, second.stdout[0])).toMatchObject({ status: 'failed' });
    const status = async (what: string) => (await command('status', what)).stdout;
    expect((await status(url))[0]).toContain(`upload ${second.stdout[0]}`);
    expect(await status(url)).toContain(`  npm run pindrop -- retry ${second.stdout[0]} --local`);
    expect((await status(failed.uploadId)).slice(-2)).toEqual([
      `  retried as  ${second.stdout[0]}  failed`,
      `  npm run pindrop -- status ${second.stdout[0]} --local`,
    ]);

    const third = await command('retry', failed.uploadId, '--json');
    const { uploadId, of } = JSON.parse(third.stdout.join());
    expect(of).toBe(failed.uploadId);
    expect(await eventOf(pindrop, uploadId)).toMatchObject({ status: 'succeeded' });
    expect((await status(url))[0]).toContain(`upload ${uploadId}`);
    expect((await status(url)).join('\n')).not.toContain('retry');
    const newest = JSON.parse((await command('status', failed.uploadId, '--json')).stdout.join());
    expect(newest).toMatchObject({ state: 'failed', newestAttempt: { uploadId, state: 'succeeded' } });

    for (const what of [failed.uploadId, second.stdout[0] ?? '', uploadId, url]) {
      expect(await command('retry', what)).toEqual({
        code: 1,
        stdout: [],
        stderr: [expect.stringMatching(/succeeded: there is nothing to retry. Add --again to upload it once more/)],
      });
    }
    expect(pindrop.events()).toHaveLength(3);
    const again = await command('retry', url, '--again');
    expect(await eventOf(pindrop, again.stdout[0])).toMatchObject({ status: 'succeeded' });
    expect(new Set(pindrop.events().map((event) => event.uploadId)).size).toBe(4);
  });

  it('retries the other uploads when one of several cannot be retried', async () => {
    const { pindrop, failed, command } = await withFailedUpload();
    const { code, stdout, stderr } = await command('retry', 'no-such-upload', 's3://nowhere', failed.uploadId);
    expect({ code, stderr: stderr.length }).toEqual({ code: 1, stderr: 2 });
    expect(await eventOf(pindrop, stdout[0])).toMatchObject({ status: 'succeeded' });
  });
});
