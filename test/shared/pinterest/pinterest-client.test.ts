import type http from 'node:http';
import { describe, expect, it } from 'vitest';
import { decide } from '../../../functions/outcome/decide.ts';
import { faultOf } from '../../../functions/outcome/fault.ts';
import { PinterestClient, type PinterestClientOptions } from '../../../shared/pinterest/pinterest-client.ts';
import { PinterestError } from '../../../shared/pinterest/pinterest-error.ts';
import { VERSION } from '../../../shared/version.ts';
import { loopbackServer, type ReceivedRequest, received } from '../../harness/loopback-server.ts';

type Answer = { status?: number; headers?: http.OutgoingHttpHeaders; json?: unknown; text?: string };

/** A client, and a server that sends these responses in turn and then repeats the last one. */
async function clientAnswered(answers: Answer[], options: Partial<PinterestClientOptions> = {}) {
  const requests: ReceivedRequest[] = [];
  const url = await loopbackServer(async (request, response) => {
    const { status = 200, headers = {}, json, text } = answers[Math.min(requests.length, answers.length - 1)] ?? {};
    requests.push(await received(request));
    response.writeHead(status, headers).end(text ?? JSON.stringify(json));
  });
  const client = new PinterestClient({ apiUrl: `${url}/v5`, accessToken: async () => 'pina_secret', ...options });
  return { client, requests };
}

const errorOf = async (promise: Promise<unknown>): Promise<PinterestError> => {
  const error = await promise.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(PinterestError);
  expect((error as Error).message).not.toContain('secret');
  return error as PinterestError;
};

const decisionOn = (error: unknown) =>
  decide(faultOf(error), { attempt: 0, ageSeconds: 1, giveUpAfterSeconds: 86_400, maxBackoffSeconds: 900 });

const registration = {
  media_id: '5212',
  media_type: 'video',
  upload_url: 'https://x.s3.amazonaws.com/',
  upload_parameters: { 'x-amz-signature': 'secret', key: 'k', 'Content-Type': 'multipart/form-data' },
};

describe('PinterestClient', () => {
  it('registers a video', async () => {
    const { client, requests } = await clientAnswered([{ status: 201, json: registration }]);
    await expect(client.mediaCreate()).resolves.toEqual({
      mediaId: '5212',
      uploadUrl: registration.upload_url,
      uploadParameters: registration.upload_parameters,
    });
    expect(requests[0]).toMatchObject({
      method: 'POST',
      path: '/v5/media',
      headers: {
        authorization: 'Bearer pina_secret',
        'content-type': 'application/json',
        'user-agent': `pindrop/${VERSION}`,
      },
    });
    expect(JSON.parse(requests[0]?.body.toString() ?? '')).toEqual({ media_type: 'video' });
  });

  it('gets the status of a media', async () => {
    const { client, requests } = await clientAnswered([
      { json: { media_id: '5212', media_type: 'video', status: 'processing' } },
    ]);
    await expect(client.mediaGet('5212')).resolves.toEqual({ mediaId: '5212', status: 'processing' });
    expect(requests[0]).toMatchObject({ method: 'GET', path: '/v5/media/5212' });
  });

  it('lists a page, and returns the bookmark of the next page', async () => {
    const item = (id: number) => ({ media_id: String(id), media_type: 'video', status: 'succeeded' });
    const { client, requests } = await clientAnswered([
      { json: { items: [item(1), item(2)], bookmark: 'next page/é' } },
      { json: { items: [item(3)], bookmark: null } },
    ]);
    const first = await client.mediaList({ pageSize: 2 });
    expect(first.items.map((media) => media.mediaId)).toEqual(['1', '2']);
    const last = await client.mediaList({ pageSize: 2, bookmark: first.bookmark });
    expect([last.items.map((media) => media.mediaId), last.bookmark]).toEqual([['3'], undefined]);
    expect(requests.map((request) => request.path)).toEqual([
      '/v5/media?page_size=2',
      '/v5/media?bookmark=next+page%2F%C3%A9&page_size=2',
    ]);
  });

  it('lists all media page by page, and requests a page only when the caller reads it', async () => {
    const { client, requests } = await clientAnswered([
      { json: { items: [{ media_id: '1', media_type: 'video', status: 'succeeded' }], bookmark: 'a' } },
      { json: { items: [{ media_id: '2', media_type: 'video', status: 'failed' }], bookmark: 'b' } },
    ]);
    for await (const { mediaId } of client.mediaListAll(1)) if (mediaId === '2') break;
    expect(requests.map((request) => request.path)).toEqual([
      '/v5/media?page_size=1',
      '/v5/media?bookmark=a&page_size=1',
    ]);
  });

  it("lists a board's Pins page by page, and stops when the bookmark stays the same", async () => {
    const { client, requests } = await clientAnswered([
      { json: { items: [{ id: '1' }], bookmark: 'a' } },
      { json: { items: [{ id: '2' }], bookmark: 'same' } },
    ]);
    expect((await Array.fromAsync(client.boardsListAllPins('7', 2))).map(({ pinId }) => pinId)).toEqual([
      '1',
      '2',
      '2',
    ]);
    expect(requests.map((request) => request.path)).toEqual([
      '/v5/boards/7/pins?page_size=2',
      '/v5/boards/7/pins?bookmark=a&page_size=2',
      '/v5/boards/7/pins?bookmark=same&page_size=2',
    ]);
  });

  it('keeps the readable items of a page that also has malformed items', async () => {
    const page = {
      items: [
        { media_id: '1', media_type: 'video', status: 'succeeded' },
        { media_id: '2', media_type: 'video' },
        { media_id: 3, media_type: null, status: 'archived' },
        { media_id: 2 ** 64, status: 'failed' },
        null,
        'five',
        { media_type: 'video' },
      ],
      bookmark: 12,
    };
    const { client } = await clientAnswered([{ json: page }]);
    expect(await client.mediaList()).toEqual({
      items: [{ mediaId: '1', status: 'succeeded' }, { mediaId: '2' }, { mediaId: '3', status: 'archived' }],
      bookmark: '12',
    });
  });

  it('keeps the extra fields of a failed media as its details', async () => {
    const failed = { media_id: '1', media_type: 'video', status: 'failed', failure_code: 7, extra: { a: null } };
    const { client } = await clientAnswered([{ json: failed }]);
    const details = { failure_code: 7, extra: { a: null } };
    expect(await client.mediaGet('1')).toEqual({ mediaId: '1', status: 'failed', details });
  });

  it('accepts numbers and booleans as form fields, and omits null values', async () => {
    const upload_parameters = { key: 'k', success_action_status: 201, flag: true, nothing: null };
    const { client } = await clientAnswered([{ status: 201, json: { ...registration, upload_parameters } }]);
    const { uploadParameters } = await client.mediaCreate();
    expect(uploadParameters).toEqual({ key: 'k', success_action_status: '201', flag: 'true' });
  });

  it.each<[unknown, number | undefined, string]>([
    [{ code: '29', message: 'No.' }, 29, 'Pinterest answered media_get with 403 (code 29, request rid-1): No.'],
    [{ code: 29, message: null }, 29, 'Pinterest answered media_get with 403 (code 29, request rid-1)'],
    [{ code: null, message: 'No.' }, undefined, 'Pinterest answered media_get with 403 (request rid-1): No.'],
    [
      { code: 1, message: 'Bad token pina_ABC-1' },
      1,
      'Pinterest answered media_get with 403 (code 1, request rid-1): Bad token (token)',
    ],
    [[], undefined, 'Pinterest answered media_get with 403 (request rid-1)'],
  ])('reads as much as possible from the refusal %j', async (json, code, message) => {
    const { client } = await clientAnswered([{ status: 403, headers: { 'x-pinterest-rid': 'rid-1' }, json }]);
    expect(await errorOf(client.mediaGet('1'))).toMatchObject({ code, message, requestId: 'rid-1' });
  });

  it('distinguishes a missing scope from a refused token', async () => {
    for (const [code, scopeMissing] of [
      [2, false],
      [3, true],
    ] as const) {
      const { client } = await clientAnswered([{ status: 401, json: { code, message: 'No.' } }]);
      expect(await errorOf(client.mediaCreate())).toMatchObject({ tokenRefused: true, scopeMissing });
    }
  });

  it.each<[Answer, Partial<PinterestError>, 'retry' | 'fail']>([
    [
      { status: 401, json: { code: 2, message: 'Authentication failed.' } },
      { status: 401, code: 2, tokenRefused: true },
      'retry',
    ],
    [{ status: 403, json: { code: 29, message: 'Not permitted' } }, { status: 403, code: 29 }, 'fail'],
    [
      { status: 429, headers: { 'Retry-After': '120' }, json: { code: 8, message: 'x' } },
      { retryAfterSeconds: 120 },
      'retry',
    ],
    [
      { status: 429, headers: { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '60' }, json: {} },
      { retryAfterSeconds: 60 },
      'retry',
    ],
    [{ status: 502, text: '<html>Bad Gateway</html>' }, { status: 502, code: undefined }, 'retry'],
    [
      { status: 302, headers: { Location: 'http://127.0.0.1:1/' }, text: '' },
      { status: 302, unexpectedAnswer: true },
      'retry',
    ],
    [{ status: 200, text: '<html>Sign in</html>' }, { status: 200, unexpectedAnswer: true }, 'retry'],
    [{ status: 200, json: { ...registration, upload_url: undefined } }, { unexpectedAnswer: true }, 'retry'],
    [
      { status: 200, json: { ...registration, upload_parameters: { 'x-amz-signature': { secret: 1 } } } },
      { unexpectedAnswer: true },
      'retry',
    ],
  ])('throws a typed error for the response %o', async (answer, expected, action) => {
    const { client } = await clientAnswered([answer]);
    const error = await errorOf(client.mediaCreate());
    expect(error).toMatchObject(expected);
    expect(decisionOn(error).action).toBe(action);
  });

  it('stops waiting for a response after the timeout', async () => {
    const url = await loopbackServer(() => {});
    const client = new PinterestClient({ apiUrl: url, accessToken: async () => 'pina_secret', timeoutMs: 100 });
    expect(await errorOf(client.mediaGet('1'))).toMatchObject({ status: undefined, unexpectedAnswer: false });
  });

  it('waits longer for the response to a request with a large cover image', async () => {
    const { client } = await clientAnswered([{ status: 201, json: { id: '7' } }], { timeoutMs: 1 });
    const cover = { image: new Uint8Array(8_000_000), contentType: 'image/png' } as const;
    expect(await client.pinsCreate({ boardId: '42', mediaId: '1', cover })).toMatchObject({ pinId: '7' });
  });

  it('reports an unreachable server as no response', async () => {
    const client = new PinterestClient({ apiUrl: 'http://127.0.0.1:1/v5', accessToken: async () => 'pina_secret' });
    expect(await errorOf(client.mediaGet('1'))).toMatchObject({ status: undefined, unexpectedAnswer: false });
  });

  it('repeats a request once when a newer token is available', async () => {
    const given: (string | undefined)[] = [];
    const accessToken = async (refused?: string) => {
      given.push(refused);
      return refused === undefined ? 'pina_old' : 'pina_new';
    };
    const media = { media_id: '1', media_type: 'video', status: 'succeeded' };
    const { client, requests } = await clientAnswered([{ status: 401, json: { code: 2 } }, { json: media }], {
      accessToken,
    });
    await expect(client.mediaGet('1')).resolves.toEqual({ mediaId: '1', status: 'succeeded' });
    expect(requests.map((request) => request.headers.authorization)).toEqual(['Bearer pina_old', 'Bearer pina_new']);
    expect(given).toEqual([undefined, 'pina_old']);
  });

  it('does not repeat a request with the token that was refused', async () => {
    const { client, requests } = await clientAnswered([{ status: 401, json: { code: 2 } }]);
    expect((await errorOf(client.mediaGet('1'))).tokenRefused).toBe(true);
    expect(requests).toHaveLength(1);
  });

  it('does not follow a redirect with the token', async () => {
    const elsewhere: string[] = [];
    const target = await loopbackServer((request, response) => {
      elsewhere.push(String(request.headers.authorization));
      response.end('{}');
    });
    const { client } = await clientAnswered([{ status: 307, headers: { Location: `${target}/v5/media/1` }, text: '' }]);
    expect(await errorOf(client.mediaGet('1'))).toMatchObject({ status: 307, unexpectedAnswer: true });
    expect(elsewhere).toEqual([]);
  });

  it('repeats a GET once when its connection closes without a response, but never a POST', async () => {
    for (const [call, expected] of [
      ['mediaGet', 2],
      ['mediaCreate', 1],
    ] as const) {
      let requests = 0;
      const url = await loopbackServer((request, response) => {
        if (++requests === 1) return void request.socket.destroy();
        response.end(JSON.stringify({ media_id: '1', status: 'processing' }));
      });
      const client = new PinterestClient({ apiUrl: url, accessToken: async () => 'pina_secret' });
      if (call === 'mediaGet') await expect(client.mediaGet('1')).resolves.toMatchObject({ status: 'processing' });
      else await errorOf(client.mediaCreate());
      expect(requests).toBe(expected);
    }
  });

  it('aborts a response that is larger than any response of the API', async () => {
    let sent = 0;
    const url = await loopbackServer((_request, response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(1024 * 1024))) sent++;
      };
      response.on('drain', more);
      more();
    });
    const client = new PinterestClient({ apiUrl: url, accessToken: async () => 'pina_secret' });
    expect(await errorOf(client.mediaGet('1'))).toMatchObject({ status: undefined });
    expect(sent).toBeLessThan(64);
  });
});
