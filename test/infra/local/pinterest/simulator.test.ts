import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { PinterestSimulatorOptions } from '../../../../infra/local/pinterest/simulation.ts';
import { startPinterestSimulator } from '../../../../infra/local/pinterest/simulator.ts';
import type { MediaUpload } from '../../../../shared/pinterest/media.ts';
import { multipartEnvelope } from '../../../../shared/pinterest/multipart.ts';
import { PinterestClient } from '../../../../shared/pinterest/pinterest-client.ts';

const video = Buffer.concat([Buffer.from('\0\0\0\x14ftypisom\0\0\0\0isom', 'latin1'), Buffer.alloc(100_000, 7)]);

async function simulated(options: PinterestSimulatorOptions = {}) {
  const simulator = await startPinterestSimulator({ processingSeconds: () => 0, ...options });
  onTestFinished(() => simulator.close());
  const client = new PinterestClient({ apiUrl: simulator.url, accessToken: async () => simulator.accessToken });
  return { simulator, client };
}

interface Answer {
  status: number | undefined;
  text: string;
}

/** Posts raw bytes, also requests that our own client would never send. */
function post(url: string, headers: http.OutgoingHttpHeaders, ...chunks: (Buffer | string)[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'POST', headers }, async (response) => {
      const text = (await Array.fromAsync(response as AsyncIterable<Buffer>)).join('');
      resolve({ status: response.statusCode, text });
    });
    request.on('error', reject);
    for (const chunk of chunks) request.write(chunk);
    request.end();
  });
}

/** Posts a well-formed upload form with changed fields. */
function postForm(
  { uploadUrl, uploadParameters }: MediaUpload,
  change: (fields: [string, string][]) => [string, string][],
  bytes = video,
) {
  const fields = change(Object.entries(uploadParameters));
  const { contentType, contentLength, head, tail } = multipartEnvelope(fields, {
    name: 'clip.mp4',
    contentType: 'video/mp4',
    size: bytes.length,
  });
  return post(uploadUrl, { 'Content-Type': contentType, 'Content-Length': contentLength }, head, bytes, tail);
}

const unchanged = (fields: [string, string][]) => fields;

describe('the simulated upload host', () => {
  it('stores a file from a valid form', async () => {
    const { simulator, client } = await simulated();
    const registration = await client.mediaCreate();
    expect((await client.mediaGet(registration.mediaId)).status).toBe('registered');
    expect(await postForm(registration, unchanged)).toEqual({ status: 204, text: '' });
    expect((await client.mediaGet(registration.mediaId)).status).toBe('succeeded');
    expect(simulator.media()[0]).toMatchObject({ uploads: 1, file: { size: video.length, fileName: 'clip.mp4' } });
  });

  it.each<[string, (fields: [string, string][]) => [string, string][], number, string]>([
    ['an extra field', (fields) => [...fields, ['extra', '1']], 403, 'AccessDenied'],
    ['a missing field', (fields) => fields.filter(([name]) => name !== 'x-amz-security-token'), 403, 'AccessDenied'],
    [
      'a changed key',
      (fields) => fields.map(([name, value]) => [name, name === 'key' ? 'uploads/other:video:1' : value]),
      403,
      'AccessDenied',
    ],
    [
      'a wrong signature',
      (fields) => fields.map(([name, value]) => [name, name === 'x-amz-signature' ? 'f'.repeat(64) : value]),
      403,
      'SignatureDoesNotMatch',
    ],
    ['no key', (fields) => fields.filter(([name]) => name !== 'key'), 400, 'InvalidArgument'],
  ])('refuses %s', async (_what, change, status, code) => {
    const { client } = await simulated();
    const answer = await postForm(await client.mediaCreate(), change);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(`<Code>${code}</Code>`);
  });

  it('refuses an expired policy', async () => {
    const { client } = await simulated({ policySeconds: 0 });
    expect((await postForm(await client.mediaCreate(), unchanged)).text).toContain('Policy expired');
  });

  it('refuses a file that is larger than the policy allows', async () => {
    const { client } = await simulated({ maxUploadBytes: 1000 });
    expect((await postForm(await client.mediaCreate(), unchanged)).text).toContain('<Code>EntityTooLarge</Code>');
  });

  it('refuses an empty file', async () => {
    const { client } = await simulated();
    expect((await postForm(await client.mediaCreate(), unchanged, Buffer.alloc(0))).text).toContain(
      '<Code>EntityTooSmall</Code>',
    );
  });

  it('requires a length and refuses chunked coding', async () => {
    const { client } = await simulated();
    const { uploadUrl, uploadParameters } = await client.mediaCreate();
    const { contentType, head, tail } = multipartEnvelope(Object.entries(uploadParameters), {
      name: 'f',
      contentType: 'video/mp4',
      size: 1,
    });
    const answer = await post(uploadUrl, { 'Content-Type': contentType }, head, 'x', tail);
    expect(answer).toMatchObject({ status: 411, text: expect.stringContaining('MissingContentLength') });
  });

  it('requires the file to be the last field', async () => {
    const { client } = await simulated();
    const { uploadUrl, uploadParameters } = await client.mediaCreate();
    const { head, contentType } = multipartEnvelope(
      Object.entries(uploadParameters),
      { name: 'f', contentType: 'video/mp4', size: 1 },
      'b',
    );
    const body = Buffer.concat([
      head,
      Buffer.from('x\r\n--b\r\nContent-Disposition: form-data; name="late"\r\n\r\n1\r\n--b--\r\n'),
    ]);
    const answer = await post(uploadUrl, { 'Content-Type': contentType, 'Content-Length': body.length }, body);
    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining('InvalidArgument') });
  });

  it('answers RequestTimeout to a client that stops sending', async () => {
    const { client } = await simulated({ uploadIdleMs: 200 });
    const { uploadUrl, uploadParameters } = await client.mediaCreate();
    const { head, contentType } = multipartEnvelope(Object.entries(uploadParameters), {
      name: 'f',
      contentType: 'video/mp4',
      size: 1,
    });
    const answer = await new Promise<string>((resolve, reject) => {
      const request = http.request(
        uploadUrl,
        { method: 'POST', headers: { 'Content-Type': contentType, 'Content-Length': head.length + 1000 } },
        async (response) => resolve((await Array.fromAsync(response as AsyncIterable<Buffer>)).join('')),
      );
      request.on('error', reject).write(head);
    });
    expect(answer).toContain('<Code>RequestTimeout</Code>');
  });
});

describe('the simulated Media API', () => {
  it('lists everything, page by page', async () => {
    const { client } = await simulated();
    const created = new Set<string>();
    for (let turn = 0; turn < 7; turn++) created.add((await client.mediaCreate()).mediaId);
    const listed: string[] = [];
    let bookmark: string | undefined;
    do {
      const page = await client.mediaList({ pageSize: 3, bookmark });
      listed.push(...page.items.map(({ mediaId }) => mediaId));
      bookmark = page.bookmark;
    } while (bookmark !== undefined);
    expect(listed).toHaveLength(7);
    expect(new Set(listed)).toEqual(created);
    await expect(client.mediaList({ pageSize: 251 })).rejects.toMatchObject({ status: 400 });
  });

  it('refuses an unknown token with Pinterest’s error code', async () => {
    const { simulator } = await simulated();
    const stranger = new PinterestClient({ apiUrl: simulator.url, accessToken: async () => 'pina_other' });
    await expect(stranger.mediaCreate()).rejects.toMatchObject({ status: 401, code: 2 });
  });

  it('limits the request rate and says when to retry', async () => {
    const { client } = await simulated({ rateLimits: { orgWritePerMinute: 2 } });
    await client.mediaCreate();
    await client.mediaCreate();
    const refused = await client.mediaCreate().catch((error) => error);
    expect(refused).toMatchObject({ status: 429, retryAfterSeconds: expect.any(Number) });
    await expect(client.mediaList()).resolves.toMatchObject({ items: expect.any(Array) });
  });

  it('answers 404 for a media that was never registered', async () => {
    const { client } = await simulated();
    await expect(client.mediaGet('123')).rejects.toMatchObject({ status: 404 });
  });

  it('orders the upload parameters differently from one registration to the next', async () => {
    const { client } = await simulated();
    const orders = new Set<string>();
    for (let turn = 0; turn < 12; turn++) orders.add(Object.keys((await client.mediaCreate()).uploadParameters).join());
    expect(orders.size).toBeGreaterThan(1);
  });
});

describe('several simulated accounts', () => {
  const accounts = { 'brand-a': 'pina_a', 'brand-b': 'pina_b' };

  async function twoAccounts(options: PinterestSimulatorOptions = {}) {
    const { simulator } = await simulated({ accounts, ...options });
    const clientOf = (accessToken: string) =>
      new PinterestClient({ apiUrl: simulator.url, accessToken: async () => accessToken });
    return { simulator, a: clientOf(accounts['brand-a']), b: clientOf(accounts['brand-b']), clientOf };
  }

  it('have their own media: those of another account are not found and not listed', async () => {
    const { simulator, a, b } = await twoAccounts();
    const { mediaId } = await a.mediaCreate();
    expect(await a.mediaGet(mediaId)).toMatchObject({ mediaId });
    await expect(b.mediaGet(mediaId)).rejects.toMatchObject({ status: 404 });
    expect((await b.mediaList()).items).toEqual([]);
    expect(simulator.media('brand-a').map((media) => media.mediaId)).toEqual([mediaId]);
    expect(simulator.media('brand-b')).toEqual([]);
    expect(simulator.media()).toMatchObject([{ mediaId, account: 'brand-a' }]);
  });

  it('cannot make a Pin of another account’s media', async () => {
    const { simulator, a } = await twoAccounts();
    const registration = await a.mediaCreate();
    expect(await postForm(registration, unchanged)).toMatchObject({ status: 204 });
    const body = JSON.stringify({
      board_id: '42',
      media_source: { source_type: 'video_id', media_id: registration.mediaId, cover_image_key_frame_time: 0 },
    });
    const create = (token: string) =>
      post(`${simulator.url}/pins`, { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, body);
    expect(await create(accounts['brand-b'])).toMatchObject({ status: 400 });
    expect(await create(accounts['brand-a'])).toMatchObject({ status: 201 });
  });

  it('have their own rate limits', async () => {
    const { a, b } = await twoAccounts({ rateLimits: { orgWritePerMinute: 1 } });
    await a.mediaCreate();
    await expect(a.mediaCreate()).rejects.toMatchObject({ status: 429 });
    await expect(b.mediaCreate()).resolves.toMatchObject({ mediaId: expect.any(String) });
  });

  it('can have faults of their own, in API requests and in uploads', async () => {
    const { simulator, a, b } = await twoAccounts({
      faults: ({ operation, account }) =>
        operation === 'media_list' && account === 'brand-a' ? { kind: 'status', status: 429, code: 8 } : undefined,
    });
    await expect(a.mediaList()).rejects.toMatchObject({ status: 429 });
    await expect(b.mediaList()).resolves.toMatchObject({ items: [] });
    simulator.inject({ operation: 'upload', account: 'brand-b', fault: { kind: 'status', status: 503 } });
    expect(await postForm(await a.mediaCreate(), unchanged)).toMatchObject({ status: 204 });
    expect(await postForm(await b.mediaCreate(), unchanged)).toMatchObject({ status: 503 });
    expect(simulator.requests.map(({ operation, account }) => `${operation} ${account}`)).toEqual([
      'media_list brand-a',
      'media_list brand-b',
      'media_create brand-a',
      'upload brand-a',
      'media_create brand-b',
      'upload brand-b',
    ]);
  });

  it('keep their account when their tokens are renewed or issued by a sign-in', async () => {
    const { simulator, a, clientOf } = await twoAccounts();
    const { mediaId } = await a.mediaCreate();
    simulator.renewAccessToken('pina_a2', 'brand-a');
    await expect(a.mediaGet(mediaId)).rejects.toMatchObject({ status: 401 });
    expect(await clientOf('pina_a2').mediaGet(mediaId)).toMatchObject({ mediaId });
    expect(await clientOf(simulator.oauth.signedIn('brand-a').accessToken).mediaGet(mediaId)).toMatchObject({
      mediaId,
    });
    const other = clientOf(simulator.oauth.signedIn('brand-b').accessToken);
    await expect(other.mediaGet(mediaId)).rejects.toMatchObject({ status: 404 });
  });

  it('finds the media of a state directory from a version without accounts', async () => {
    const stateDirectory = mkdtempSync(join(tmpdir(), 'pindrop-simulator-'));
    onTestFinished(() => rmSync(stateDirectory, { recursive: true, force: true }));
    const before = new DatabaseSync(join(stateDirectory, 'pinterest.sqlite'));
    before.exec(`CREATE TABLE media (media_id TEXT PRIMARY KEY, file TEXT, uploads INTEGER NOT NULL DEFAULT 0,
      ready_at INTEGER, outcome TEXT NOT NULL DEFAULT 'succeeded'); INSERT INTO media (media_id) VALUES ('51')`);
    before.close();
    const { client } = await simulated({ stateDirectory });
    expect(await client.mediaGet('51')).toMatchObject({ status: 'registered' });
  });
});
