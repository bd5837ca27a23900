import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renewTokens } from '../../../shared/pinterest/oauth.ts';
import { type PinCover, pinCreateBody } from '../../../shared/pinterest/pin.ts';
import { PinterestClient } from '../../../shared/pinterest/pinterest-client.ts';
import { PinterestError } from '../../../shared/pinterest/pinterest-error.ts';
import { loopbackServer } from '../../harness/loopback-server.ts';
import { answersOf, isValid } from './openapi-answers.ts';

type Json = Record<string, unknown>;

/** A client, and a server that sends the response that the test sets. */
async function answering() {
  const answer: { status: number; json?: unknown } = { status: 200 };
  const url = await loopbackServer((request, response) => {
    request.resume().on('end', () => response.writeHead(answer.status).end(JSON.stringify(answer.json)));
  });
  const apiUrl = `${url}/v5`;
  return { answer, apiUrl, client: new PinterestClient({ apiUrl, accessToken: async () => 'pina_x' }) };
}

/** Runs a check on a hundred random responses of the official schema. */
async function eachAnswer(schema: string, check: (json: Json) => Promise<void>) {
  await fc.assert(
    fc.asyncProperty(answersOf(schema) as fc.Arbitrary<Json>, async (json) => {
      expect(isValid(schema, json), JSON.stringify(json)).toBe(true);
      await check(json);
    }),
    { numRuns: 100 },
  );
}

describe('every request of pins_create matches the official description', () => {
  const image = new Uint8Array([0xff, 0xd8, 0xff, 0xe0]);
  it.each<PinCover>([
    { url: 'https://example.com/cover.jpg' },
    { keyFrameSeconds: 0 },
    { image, contentType: 'image/jpeg' },
    { image, contentType: 'image/png' },
  ])('with the cover %j', (cover) => {
    const pin = { boardId: '42', boardSectionId: '7', mediaId: '1', title: 'Spring', dominantColor: '#6E7874', cover };
    const body = asSent(pinCreateBody(pin));
    expect(isValid('PinCreate', body), JSON.stringify(body)).toBe(true);
  });
});

/** The value after JSON encoding and decoding. */
const asSent = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

describe("every answer of Pinterest's official description is accepted", () => {
  it('by media_get', async () => {
    const { answer, client } = await answering();
    await eachAnswer('Media', async (json) => {
      answer.json = json;
      const media = await client.mediaGet('1');
      expect(media).toMatchObject({ mediaId: json['media_id'], ...(json['status'] ? { status: json['status'] } : {}) });
    });
  });

  it('by media_list, item by item', async () => {
    const { answer, client } = await answering();
    await eachAnswer('MediaPage (GET /media)', async (json) => {
      answer.json = json;
      const { items, bookmark } = await client.mediaList();
      expect(items.map(({ mediaId }) => mediaId)).toEqual((json['items'] as Json[]).map(({ media_id }) => media_id));
      expect(bookmark).toBe(json['bookmark'] || undefined);
    });
  });

  it('by media_create, once the test has filled in upload_url and upload_parameters', async () => {
    const { answer, client } = await answering();
    await eachAnswer('MediaUpload', async (json) => {
      const uploadUrl = 'https://pinterest-media-upload.s3-accelerate.amazonaws.com/';
      const parameters = { ...(json['upload_parameters'] as Json | undefined), 'x-amz-date': '20260101T000000Z' };
      const strings = Object.fromEntries(
        Object.entries(parameters).filter(([, value]) => typeof value !== 'object' || value === null),
      );
      answer.json = { ...json, upload_url: uploadUrl, upload_parameters: strings };
      const { mediaId, uploadParameters } = await client.mediaCreate();
      expect(mediaId).toBe(json['media_id']);
      for (const [name, value] of Object.entries(strings))
        expect(uploadParameters[name]).toBe(value === null ? undefined : String(asSent(value)));
    });
  });

  it('by boards_list_pins and pins_create', async () => {
    const { answer, client } = await answering();
    const pin = { boardId: '1', mediaId: '2', cover: { keyFrameSeconds: 1 } };
    await eachAnswer('PinPage (GET /boards/{board_id}/pins)', async (json) => {
      answer.json = json;
      const ids = (json['items'] as Json[]).map(({ id }) => id);
      expect((await client.boardsListPins('1')).items.map(({ pinId }) => pinId)).toEqual(ids);
    });
    await eachAnswer('Pin', async (json) => {
      answer.json = json;
      expect((await client.pinsCreate(pin)).pinId).toBe(json['id']);
    });
  });

  it('by boards_list and board_sections_list, without the sections that have no id', async () => {
    const { answer, client } = await answering();
    await eachAnswer('BoardPage (GET /boards)', async (json) => {
      answer.json = json;
      const boards = (json['items'] as Json[]).map(({ id, name, privacy }) => ({ boardId: id, name, privacy }));
      expect((await client.boardsList()).items).toEqual(asSent(boards));
    });
    await eachAnswer('BoardSectionPage (GET /boards/{board_id}/sections)', async (json) => {
      answer.json = json;
      const sections = (json['items'] as Json[]).flatMap(({ id, name }) =>
        id === undefined ? [] : [{ sectionId: id, name }],
      );
      expect((await client.boardSectionsList('1')).items).toEqual(asSent(sections));
    });
  });

  it('by the token renewal', async () => {
    const { answer, apiUrl } = await answering();
    await eachAnswer('OauthAccessTokenResponseRefresh', async (json) => {
      answer.json = {
        ...json,
        access_token: `pina_${json['access_token']}`,
        refresh_token: `pinr_${json['refresh_token']}`,
      };
      const tokens = await renewTokens({ clientId: 'id', clientSecret: 'secret', apiUrl }, 'pinr_x');
      expect(tokens).toMatchObject(
        asSent({ accessToken: `pina_${json['access_token']}`, refreshToken: `pinr_${json['refresh_token']}` }),
      );
    });
  });

  it.each([400, 401, 403, 404, 429, 500])(
    'as an error with status %d: its code and its message are kept',
    async (status) => {
      const { answer, client } = await answering();
      answer.status = status;
      await eachAnswer('Pinterest.Lib.Error', async (json) => {
        answer.json = json;
        const error = await client.mediaGet('1').catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(PinterestError);
        expect(error).toMatchObject({ status, code: json['code'] });
        const sentence = String(json['message']).trim();
        if (sentence !== '') expect((error as Error).message).toContain(asSent(sentence));
      });
    },
  );
});
