import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { PinterestSimulatorOptions } from '../../../../infra/local/pinterest/simulation.ts';
import { startPinterestSimulator } from '../../../../infra/local/pinterest/simulator.ts';
import { PinterestClient } from '../../../../shared/pinterest/pinterest-client.ts';

const cover = { keyFrameSeconds: 1 };
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

async function simulated(options: PinterestSimulatorOptions = {}) {
  const simulator = await startPinterestSimulator(options);
  onTestFinished(() => simulator.close());
  const client = new PinterestClient({ apiUrl: simulator.url, accessToken: async () => simulator.accessToken });
  const { mediaId } = await client.mediaCreate();
  return { simulator, client, mediaId };
}

describe('the simulated Pins', () => {
  it('are created by every request, even a repeated one, and do not name their media', async () => {
    const { simulator, client, mediaId } = await simulated();
    simulator.finish(mediaId, 'succeeded');
    const pin = { boardId: '42', mediaId, title: 'Spring', link: 'https://example.com/', altText: 'A clip', cover };
    const made = [await client.pinsCreate(pin), await client.pinsCreate(pin)];
    expect(new Set(made.map(({ pinId }) => pinId)).size).toBe(2);
    expect(made[0]).toEqual({
      pinId: expect.stringMatching(/^\d{18}$/),
      boardId: '42',
      title: 'Spring',
      link: 'https://example.com/',
      altText: 'A clip',
      mediaType: 'video',
    });
    expect(JSON.stringify(made)).not.toContain(mediaId);
  });

  it('are listed by board, page by page', async () => {
    const { simulator, client, mediaId } = await simulated();
    simulator.finish(mediaId, 'succeeded');
    for (const boardId of ['42', '43', '42', '42']) await client.pinsCreate({ boardId, mediaId, cover });
    const first = await client.boardsListPins('42', { pageSize: 2 });
    expect(first).toMatchObject({ items: [{}, {}], bookmark: expect.any(String) });
    const second = await client.boardsListPins('42', { pageSize: 2, bookmark: first.bookmark ?? '' });
    expect(second.items).toHaveLength(1);
    expect(second.bookmark).toBeUndefined();
    expect((await Array.fromAsync(client.boardsListAllPins('42', 1))).map(({ pinId }) => pinId)).toEqual(
      [...first.items, ...second.items].map(({ pinId }) => pinId),
    );
  });

  it.each([
    [{ boardId: 'spring' }, 400],
    [{ boardId: '45' }, 404],
    [{ title: 'x'.repeat(101) }, 400],
    [{ mediaId: '1' }, 400],
  ])('are refused: %j with %i', async (change, status) => {
    const { simulator, client, mediaId } = await simulated();
    simulator.finish(mediaId, 'succeeded');
    const refused = client.pinsCreate({ boardId: '42', mediaId, cover, ...change });
    await expect(refused).rejects.toMatchObject({ operation: 'pins_create', status });
    expect(simulator.pins()).toEqual([]);
  });

  it.each([
    ['a section of another board', { boardId: '42', boardSectionId: '431' }, /section not found/],
    ['an image with the content type of another', { cover: { image: PNG, contentType: 'image/jpeg' } }, /content type/],
    ['seconds that are not whole', { cover: { keyFrameSeconds: 1.5 } }, /must be an integer/],
  ] as const)('are refused with %s', async (_what, change, message) => {
    const { simulator, client, mediaId } = await simulated();
    simulator.finish(mediaId, 'succeeded');
    await expect(client.pinsCreate({ boardId: '43', mediaId, cover, ...change })).rejects.toThrow(message);
  });

  it('keep the hash of a cover image, not its bytes', async () => {
    const { simulator, client, mediaId } = await simulated();
    simulator.finish(mediaId, 'succeeded');
    await client.pinsCreate({
      boardId: '43',
      boardSectionId: '431',
      mediaId,
      cover: { image: PNG, contentType: 'image/png' },
    });
    expect(simulator.pins()[0]?.request).toMatchObject({
      board_section_id: '431',
      media_source: {
        cover_image_content_type: 'image/png',
        cover_image_sha256: createHash('sha256').update(PNG).digest('hex'),
      },
    });
    expect(JSON.stringify(simulator.pins())).not.toContain(PNG.toString('base64'));
  });

  it('need a token with the scopes', async () => {
    const { simulator, client, mediaId } = await simulated({ scopes: ['pins:read', 'pins:write'] });
    simulator.finish(mediaId, 'succeeded');
    const refused = { status: 401, code: 3, scopeMissing: true };
    await expect(client.pinsCreate({ boardId: '42', mediaId, cover })).rejects.toMatchObject(refused);
    await expect(client.boardsList()).rejects.toMatchObject(refused);
    const { accessToken } = simulator.oauth.signedIn();
    const other = new PinterestClient({ apiUrl: simulator.url, accessToken: async () => accessToken });
    expect((await other.boardsList()).items).toMatchObject([
      { name: 'Spring' },
      { name: 'Recipes' },
      { name: 'Ideas' },
    ]);
  });

  it('are on the boards of their account', async () => {
    const accounts = { one: 'pina_one', two: 'pina_two' };
    const boards = [
      { boardId: '1', name: 'Both' },
      { boardId: '2', name: 'Two', account: 'two' },
    ];
    const { simulator } = await simulated({ accounts, boards });
    const names = async (token: string) => {
      const client = new PinterestClient({ apiUrl: simulator.url, accessToken: async () => token });
      return (await client.boardsList()).items.map(({ name }) => name);
    };
    expect(await names('pina_one')).toEqual(['Both']);
    expect(await names('pina_two')).toEqual(['Both', 'Two']);
  });

  it('are refused for a media that is not ready', async () => {
    const { client, mediaId } = await simulated();
    await expect(client.pinsCreate({ boardId: '42', mediaId, cover })).rejects.toThrow('the media is registered');
  });
});
