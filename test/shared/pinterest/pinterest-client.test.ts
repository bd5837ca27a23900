import type http from 'node:http';
import { describe, expect, it } from 'vitest';
import { PinterestClient, type PinterestClientOptions } from '../../../shared/pinterest/pinterest-client.ts';
import { PinterestError } from '../../../shared/pinterest/pinterest-error.ts';
import { VERSION } from '../../../shared/version.ts';
import { loopbackServer, type ReceivedRequest, received } from '../../harness/loopback-server.ts';

type Answer = { status?: number; headers?: http.OutgoingHttpHeaders; json?: unknown; text?: string };

/** A client against a server that gives these answers in turn, the last one for ever. */
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

  it('gets the state of a media', async () => {
    const { client, requests } = await clientAnswered([
      { json: { media_id: '5212', media_type: 'video', status: 'processing' } },
    ]);
    await expect(client.mediaGet('5212')).resolves.toEqual({ mediaId: '5212', status: 'processing' });
    expect(requests[0]).toMatchObject({ method: 'GET', path: '/v5/media/5212' });
  });

  it('lists all pages, and stops at the last', async () => {
    const item = (id: number) => ({ media_id: String(id), media_type: 'video', status: 'succeeded' });
    const { client, requests } = await clientAnswered([
      { json: { items: [item(1), item(2)], bookmark: 'next page/é' } },
      { json: { items: [item(3)], bookmark: null } },
    ]);
    expect((await Array.fromAsync(client.mediaListAll(2))).map((media) => media.mediaId)).toEqual(['1', '2', '3']);
    expect(requests.map((request) => request.path)).toEqual([
      '/v5/media?page_size=2',
      '/v5/media?bookmark=next+page%2F%C3%A9&page_size=2',
    ]);
  });

  it('does not list for ever when the bookmark stays the same', async () => {
    const { client, requests } = await clientAnswered([{ json: { items: [], bookmark: 'same' } }]);
    await Array.fromAsync(client.mediaListAll());
    expect(requests).toHaveLength(2);
  });

  it.each<[Answer, Partial<PinterestError>]>([
    [
      { status: 401, json: { code: 2, message: 'Authentication failed.' } },
      { status: 401, code: 2, tokenRefused: true, retryable: false },
    ],
    [
      { status: 403, json: { code: 29, message: 'Not permitted' } },
      { status: 403, code: 29, retryable: false },
    ],
    [
      { status: 429, headers: { 'Retry-After': '120' }, json: { code: 8, message: 'x' } },
      { retryAfterSeconds: 120, retryable: true },
    ],
    [
      { status: 429, headers: { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '60' }, json: {} },
      { retryAfterSeconds: 60 },
    ],
    [
      { status: 502, text: '<html>Bad Gateway</html>' },
      { status: 502, code: undefined, retryable: true },
    ],
    [
      { status: 302, headers: { Location: 'http://127.0.0.1:1/' }, text: '' },
      { status: 302, unexpectedAnswer: true, retryable: true },
    ],
    [
      { status: 200, text: '<html>Sign in</html>' },
      { status: 200, unexpectedAnswer: true, retryable: true },
    ],
    [
      { status: 200, json: { ...registration, upload_url: undefined } },
      { unexpectedAnswer: true, retryable: true },
    ],
    [
      { status: 200, json: { ...registration, upload_parameters: { 'x-amz-signature': { secret: 1 } } } },
      { unexpectedAnswer: true },
    ],
  ])('answers %o with a typed error', async (answer, expected) => {
    const { client } = await clientAnswered([answer]);
    expect(await errorOf(client.mediaCreate())).toMatchObject(expected);
  });

  it('gives up a request that gets no answer in time', async () => {
    const url = await loopbackServer(() => {});
    const client = new PinterestClient({ apiUrl: url, accessToken: async () => 'pina_secret', timeoutMs: 100 });
    expect(await errorOf(client.mediaGet('1'))).toMatchObject({ status: undefined, retryable: true });
  });

  it('names a server that is not there as no answer', async () => {
    const client = new PinterestClient({ apiUrl: 'http://127.0.0.1:1/v5', accessToken: async () => 'pina_secret' });
    expect(await errorOf(client.mediaGet('1'))).toMatchObject({ status: undefined, retryable: true });
  });

  it('repeats a request once when a newer token is there', async () => {
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
});
