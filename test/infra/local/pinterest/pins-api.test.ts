import { describe, expect, it, onTestFinished } from 'vitest';
import type { PinterestSimulatorOptions } from '../../../../infra/local/pinterest/simulation.ts';
import { startPinterestSimulator } from '../../../../infra/local/pinterest/simulator.ts';
import { PinterestClient } from '../../../../shared/pinterest/pinterest-client.ts';

const cover = { keyFrameSeconds: 1 };

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
    [{ boardId: '44' }, 404],
    [{ title: 'x'.repeat(101) }, 400],
    [{ mediaId: '1' }, 400],
  ])('are refused: %j with %i', async (change, status) => {
    const { simulator, client, mediaId } = await simulated({ boards: ['42'] });
    simulator.finish(mediaId, 'succeeded');
    const refused = client.pinsCreate({ boardId: '42', mediaId, cover, ...change });
    await expect(refused).rejects.toMatchObject({ operation: 'pins_create', status });
    expect(simulator.pins()).toEqual([]);
  });

  it('are refused for a media that is not ready', async () => {
    const { client, mediaId } = await simulated();
    await expect(client.pinsCreate({ boardId: '42', mediaId, cover })).rejects.toThrow('the media is registered');
  });
});
