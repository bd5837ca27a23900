import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LocalStack } from '../../../../infra/local/aws/local-stack.ts';
import type { Unfinished } from '../../../../infra/local/aws/unfinished.ts';
import { Session } from '../../../../infra/local/start/session.ts';
import { mediaUploadSucceededEventExample } from '../../../../shared/events/examples.ts';
import { pinEventExamples } from '../../../../shared/events/pin/pin-event-examples.ts';
import { isCompanionKey } from '../../../../shared/upload/companion-keys.ts';
import { loopbackServer, received } from '../../../harness/loopback-server.ts';

const CLIP = fileURLToPath(new URL('../../../../infra/local/pinterest/sample-clip.mp4', import.meta.url));

const { detail } = mediaUploadSucceededEventExample;
const succeeded = (uploadId: string, versionId: string) => ({
  ...mediaUploadSucceededEventExample,
  detail: { ...detail, uploadId, object: { ...detail.object, key: 'sample-clip.mp4', versionId } },
});
const pin = (status: 'published' | 'failed', uploadId: string) => {
  const event = pinEventExamples.find((each) => each.detail.status === status);
  return { ...event, detail: { ...event?.detail, uploadId } };
};

/**
 * Runs a session that drops one file, the upload `mine`, on a fake stack.
 * @param events events that the bus receives after the drop and before its final event
 * @param looks the unfinished work at each check, in order; the last entry repeats
 * @param ignored keys of the puts that the stack ignores
 * @param notified bodies of the notifications of puts
 */
async function run(
  events: object[],
  looks: Unfinished[][] = [[]],
  { files = [CLIP], ignored = [] as string[], notified = [] as string[] } = {},
) {
  const said: string[] = [];
  const puts: string[] = [];
  const nothing = () => {};
  const person = { say: (text: string) => void said.push(text), show: nothing, end: nothing, print: nothing };
  const session = new Session(
    { ...person, close: nothing },
    { files, metadata: {}, prefix: '', filter: { prefixes: { '': '' }, suffixes: ['.mp4'] } },
    { kind: 'simulator', name: 'simulator', accounts: [] },
  );
  const endpoint = await loopbackServer(async (request, response) => {
    const { path } = await received(request);
    const key = path.replace(/^\/bucket\/|\?.*/g, '');
    puts.push(key);
    response.setHeader('x-amz-version-id', 'v1').end();
    for (const body of notified) session.observe({ kind: 'put-notified', body });
    if (ignored.includes(key)) return session.observe({ kind: 'put-ignored', key });
    if (isCompanionKey(key)) return;
    for (const envelope of [...events, succeeded('mine', 'v1')]) {
      session.observe({ kind: 'event-put', envelope: envelope as never });
    }
  });
  let look = 0;
  const stack = {
    ...{ endpoint, region: 'us-east-1', outputs: { DropBucketName: 'bucket' } },
    accessKey: { accessKeyId: 'id', secretAccessKey: 'secret' },
    unfinished(uploadIds: ReadonlySet<string>) {
      const all = looks[Math.min(look++, looks.length - 1)] ?? [];
      return all.filter(({ uploadId = '' }) => uploadIds.has(uploadId));
    },
  };
  const code = await session.live(stack as unknown as LocalStack);
  return { code, said, puts, looks: () => look };
}

describe('a run that drops files', () => {
  it('exits with the result of its own files, not with the result of files from an earlier run', async () => {
    expect((await run([pin('failed', 'of a run before')])).code).toBe(0);
    expect((await run([pin('published', 'mine')])).code).toBe(0);
    expect((await run([pin('failed', 'mine')])).code).toBe(1);
  });

  it('waits while work on its files is in progress or will continue soon', async () => {
    const soon = { where: 'Pindrop-PublishPin', uploadId: 'mine', againAt: Date.now() + 3000 };
    const { looks, said } = await run([], [[{ where: 'queue', uploadId: 'mine' }], [soon], []]);
    expect(looks()).toBeGreaterThanOrEqual(3);
    expect(said.filter((text) => text.includes('is not finished'))).toEqual([]);
  });

  it('does not wait for work that continues much later, and says so', async () => {
    const later = { where: 'Pindrop-PublishPin', uploadId: 'mine', againAt: Date.now() + 900_000 };
    const { code, said } = await run([], [[later]]);
    expect(code).toBe(0);
    const at = new Date(later.againAt).toISOString().replace(/\.\d+/, '');
    expect(said.at(-1)).toMatch(
      /^sample-clip\.mp4 is not finished: Pindrop-PublishPin continues in the next npm start /,
    );
    expect(said.at(-1)).toContain(`at ${at} or later.`);
  });

  it('puts companions before their video, and does not wait for events about them', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'pindrop-session-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const video = join(directory, 'sample-clip.mp4');
    copyFileSync(CLIP, video);
    writeFileSync(`${video}.json`, '{}');
    const both = await run([], [[]], { files: [video] });
    expect(both).toMatchObject({ code: 0, puts: ['sample-clip.mp4.json', 'sample-clip.mp4'] });
    const alone = await run([], [[]], { files: [`${video}.json`] });
    expect(alone).toMatchObject({ code: 0, puts: ['sample-clip.mp4.json'] });
    expect(alone.said.at(-1)).toBe(
      'sample-clip.mp4.json is stored. It gets no event of its own: drop its video, sample-clip.mp4, next.',
    );
  });

  it('ends with exit code 1 when the stack ignores its file', async () => {
    const { code } = await run([], [[]], { ignored: ['sample-clip.mp4'] });
    expect(code).toBe(1);
  });

  it('says so when the notification of a put is about a key that the settings exclude', async () => {
    const record = {
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      eventTime: '2026-11-25T20:00:00Z',
      s3: { bucket: { name: 'bucket' }, object: { key: 'notes.txt' } },
    };
    const { code, said } = await run([], [[]], { notified: [JSON.stringify({ Records: [record] })] });
    expect(code).toBe(0);
    expect(said).toContain('notes.txt is not uploaded: the setting suffixes allows only keys that end in .mp4.');
  });

  it('does not wait for unfinished work on other files', async () => {
    const { code, said } = await run([], [[{ where: 'queue', uploadId: 'of a run before' }, { where: 'queue' }]]);
    expect(code).toBe(0);
    expect(said.filter((text) => text.includes('is not finished'))).toEqual([]);
  });
});
