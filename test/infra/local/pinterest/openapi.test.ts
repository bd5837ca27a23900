import { describe, expect, it, onTestFinished } from 'vitest';
import { SIMULATED_APP } from '../../../../infra/local/pinterest/oauth.ts';
import type { PinterestSimulatorOptions } from '../../../../infra/local/pinterest/simulation.ts';
import { startPinterestSimulator } from '../../../../infra/local/pinterest/simulator.ts';
import { isValid } from '../../../shared/pinterest/openapi-answers.ts';

const BOARD = '42';
const BOARDS = [{ boardId: BOARD, name: 'Spring', sections: [{ sectionId: '7', name: 'Salads' }] }];

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the official schema judges it.
  body: any;
}

async function simulated(options: PinterestSimulatorOptions = {}) {
  const simulator = await startPinterestSimulator({ processingSeconds: () => 0, boards: BOARDS, ...options });
  onTestFinished(() => simulator.close());
  const ask = async (method: string, path: string, body?: unknown, token = simulator.accessToken): Promise<Answer> => {
    const response = await fetch(simulator.url + path, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  const register = async () => String((await ask('POST', '/media', { media_type: 'video' })).body.media_id);
  const ready = async () => {
    const mediaId = await register();
    simulator.finish(mediaId, 'succeeded');
    return mediaId;
  };
  const pin = async (more: object = {}) => {
    const media_source = { source_type: 'video_id', media_id: await ready(), cover_image_key_frame_time: 0 };
    return ask('POST', '/pins', { board_id: BOARD, media_source, ...more });
  };
  return { simulator, ask, register, ready, pin };
}

/** Posts to the token endpoint as an app does. */
async function token(url: string, form: Record<string, string>, secret = SIMULATED_APP.clientSecret): Promise<Answer> {
  const response = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${Buffer.from(`${SIMULATED_APP.clientId}:${secret}`).toString('base64')}` },
    body: new URLSearchParams(form),
  });
  return { status: response.status, body: await response.json() };
}

/** Compares the whole answer, so that a failure shows it. */
function expectAnswer(answer: Answer, status: number, schema: string): void {
  expect({ ...answer, valid: isValid(schema, answer.body) }).toMatchObject({ status, valid: true });
}

describe('each response of the simulator is valid against the official OpenAPI description:', () => {
  it('media_create', async () => {
    const { ask } = await simulated();
    expectAnswer(await ask('POST', '/media', { media_type: 'video' }), 201, 'MediaUpload');
  });

  it('media_get, for each status of the media', async () => {
    const { simulator, ask, register } = await simulated();
    for (const outcome of [undefined, 'succeeded', 'failed'] as const) {
      const mediaId = await register();
      if (outcome) simulator.finish(mediaId, outcome);
      expectAnswer(await ask('GET', `/media/${mediaId}`), 200, 'Media');
    }
  });

  it('media_list, page by page to the last page', async () => {
    const { ask, register } = await simulated();
    expectAnswer(await ask('GET', '/media'), 200, 'MediaPage (GET /media)');
    for (let turn = 0; turn < 3; turn++) await register();
    const first = await ask('GET', '/media?page_size=2');
    expectAnswer(first, 200, 'MediaPage (GET /media)');
    const second = await ask('GET', `/media?page_size=2&bookmark=${first.body.bookmark}`);
    expectAnswer(second, 200, 'MediaPage (GET /media)');
    expect(second.body.items).toHaveLength(1);
  });

  it('pins_create, with and without optional fields', async () => {
    const { pin } = await simulated();
    expectAnswer(await pin(), 201, 'Pin');
    const texts = { title: 'Spring', description: '', link: 'https://example.com/', alt_text: null };
    const made = await pin(texts);
    expectAnswer(made, 201, 'Pin');
    // RFC 3339, section 5.6: a date-time has a time zone.
    expect(made.body.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  });

  it('boards_list_pins, page by page to the last page', async () => {
    const { ask, pin } = await simulated();
    const path = `/boards/${BOARD}/pins`;
    expectAnswer(await ask('GET', path), 200, 'PinPage (GET /boards/{board_id}/pins)');
    for (const title of ['one', 'two', 'three']) await pin({ title });
    const first = await ask('GET', `${path}?page_size=2`);
    expectAnswer(first, 200, 'PinPage (GET /boards/{board_id}/pins)');
    const second = await ask('GET', `${path}?page_size=2&bookmark=${first.body.bookmark}`);
    expectAnswer(second, 200, 'PinPage (GET /boards/{board_id}/pins)');
    expect(second.body.items).toHaveLength(1);
  });

  it('boards_list and board_sections_list, page by page to the last page', async () => {
    const boards = ['one', 'two', 'three'].map((name, index) => ({ boardId: String(index), name }));
    const sections = ['one', 'two', 'three'].map((name, index) => ({ sectionId: String(index), name }));
    const { ask } = await simulated({ boards: [...boards, { boardId: BOARD, name: 'Spring', sections }] });
    for (const [path, schema, left] of [
      ['/boards', 'BoardPage (GET /boards)', 2],
      [`/boards/${BOARD}/sections`, 'BoardSectionPage (GET /boards/{board_id}/sections)', 1],
    ] as const) {
      const first = await ask('GET', `${path}?page_size=2`);
      expectAnswer(first, 200, schema);
      const second = await ask('GET', `${path}?page_size=2&bookmark=${first.body.bookmark}`);
      expectAnswer(second, 200, schema);
      expect(second.body.items).toHaveLength(left);
      expect(second.body.bookmark).toBeNull();
    }
  });

  it('oauth/token, for a code and for a refresh token', async () => {
    const { simulator } = await simulated();
    const redirect_uri = 'http://localhost:1/';
    const asked = new URLSearchParams({ client_id: SIMULATED_APP.clientId, redirect_uri, response_type: 'code' });
    const { headers } = await fetch(`${simulator.authorizeUrl}?${asked}`, { redirect: 'manual' });
    const code = new URL(headers.get('location') ?? '').searchParams.get('code') ?? '';
    const first = await token(simulator.url, { grant_type: 'authorization_code', code, redirect_uri });
    expectAnswer(first, 200, 'OauthAccessTokenResponseCode');
    const { refresh_token } = first.body;
    const second = await token(simulator.url, { grant_type: 'refresh_token', refresh_token });
    expectAnswer(second, 200, 'OauthAccessTokenResponseRefresh');
  });

  it('errors of the API', async () => {
    const { simulator, ask, register, ready } = await simulated({ rateLimits: { orgWritePerMinute: 7 } });
    const video = async (more: object) => ({
      board_id: BOARD,
      media_source: { source_type: 'video_id', media_id: await ready(), cover_image_key_frame_time: 0 },
      ...more,
    });
    const error = 'Pinterest.Lib.Error';
    expectAnswer(await ask('POST', '/media', 'not json'), 400, error);
    expectAnswer(await ask('POST', '/media', { media_type: 'image' }), 400, error);
    expectAnswer(await ask('POST', '/media', { media_type: 'video' }, 'pina_other'), 401, error);
    expectAnswer(await ask('GET', '/media/1'), 404, error);
    expectAnswer(await ask('GET', '/media?page_size=251'), 400, error);
    expectAnswer(await ask('GET', '/boards/43/pins'), 404, error);
    expectAnswer(await ask('GET', '/boards/43/sections'), 404, error);
    expectAnswer(await ask('GET', '/boards?page_size=251'), 400, error);
    expectAnswer(await ask('GET', `/boards/${BOARD}/pins?page_size=0`), 400, error);
    expectAnswer(await ask('GET', '/user_account'), 404, error);
    expectAnswer(await ask('POST', '/pins', await video({ title: 'x'.repeat(101) })), 400, error);
    expectAnswer(await ask('POST', '/pins', await video({ board_id: '43' })), 404, error);
    await register();
    expectAnswer(await ask('POST', '/media', { media_type: 'video' }), 429, error);
    simulator.inject({ operation: 'media_get', fault: { kind: 'status', status: 503 } });
    expectAnswer(await ask('GET', '/media/1'), 503, error);
  });

  it('errors of oauth/token', async () => {
    const { simulator } = await simulated();
    const renewal = { grant_type: 'refresh_token', refresh_token: 'pinr_other' };
    expectAnswer(await token(simulator.url, renewal), 400, 'Pinterest.Lib.Error');
    expectAnswer(await token(simulator.url, renewal, 'wrong'), 401, 'Pinterest.Lib.Error');
  });
});

describe('the limits of a Pin', () => {
  it.each([
    ['title', 100],
    ['description', 800],
    ['alt_text', 500],
  ])('count characters of %s, not UTF-16 units: %i are accepted', async (name, most) => {
    const { pin } = await simulated();
    expectAnswer(await pin({ [name]: '😀'.repeat(most) }), 201, 'Pin');
    expectAnswer(await pin({ [name]: '😀'.repeat(most + 1) }), 400, 'Pinterest.Lib.Error');
  });
});
