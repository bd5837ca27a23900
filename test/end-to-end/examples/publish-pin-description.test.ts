import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SimulatedBoard } from '../../../infra/local/pinterest/boards.ts';
import { jpegImage, pngImage } from '../../fixtures/covers/images.ts';
import { type LocalPindrop, startLocalPindrop } from '../../harness/local-pindrop.ts';
import { pindropLocal } from '../../harness/pindrop-command.ts';
import { pinEventOf, pinEvents } from './pin-events.ts';

const clip = readFileSync(new URL('../../../infra/local/pinterest/sample-clip.mp4', import.meta.url));
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

const BOARDS: SimulatedBoard[] = [
  { boardId: '42', name: 'Spring', privacy: 'PUBLIC' },
  { boardId: '43', name: 'Recipes', privacy: 'SECRET', sections: [{ sectionId: '431', name: 'Salads' }] },
  { boardId: '44', name: 'Twice' },
  { boardId: '45', name: 'Twice' },
];
const DEFAULTS = {
  all: { link: 'https://example.com/' },
  prefixes: { 'recipes/': { board: 'Recipes', section: 'Salads', description: 'A recipe' } },
};

const start = (scopes?: string[]) =>
  startLocalPindrop({
    simulator: { boards: BOARDS, scopes },
    settings: { with: 'publish-pin', pinDefaults: JSON.stringify(DEFAULTS), maxBackoffSeconds: 5 },
  });

/** Drops a video, after its companion files. */
async function drop(pindrop: LocalPindrop, key: string, companions: Record<string, object | Buffer> = {}) {
  for (const [ending, content] of Object.entries(companions))
    await pindrop.drop(key + ending, Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content)));
  return pindrop.drop(key, clip);
}

describe('a drop that describes its Pin', () => {
  it('publishes it on a board by name with an image beside the video, and reports what is wrong', async () => {
    const pindrop = await start();
    const sidecar = { board: ' spring ', title: 'Frühling', alt_text: 'A clip', '.order': 7 };
    const event = await pinEventOf(pindrop, await drop(pindrop, 'clip.mp4', { '.json': sidecar, '.jpg': jpegImage }));
    const [pin] = pindrop.simulator.pins();
    expect(event).toMatchObject({ status: 'published', boardId: '42', pinId: pin?.pinId });
    expect(pin?.request).toEqual({
      board_id: '42',
      title: 'Frühling',
      link: 'https://example.com/',
      alt_text: 'A clip',
      media_source: {
        source_type: 'video_id',
        media_id: event.mediaId,
        cover_image_content_type: 'image/jpeg',
        cover_image_sha256: sha256(jpegImage),
      },
    });

    const salad = await pinEventOf(pindrop, await drop(pindrop, 'recipes/salad.mov', { '.png': pngImage }));
    expect(salad).toMatchObject({ status: 'published', boardId: '43' });
    expect(pindrop.simulator.pins()[0]?.request).toMatchObject({
      board_section_id: '431',
      description: 'A recipe',
      media_source: { cover_image_content_type: 'image/png', cover_image_sha256: sha256(pngImage) },
    });

    const failures: [
      key: string,
      companions: Record<string, object | Buffer>,
      message: string | RegExp,
      boardId?: string,
    ][] = [
      [
        'twice.mp4',
        { '.json': { board: 'Twice' } },
        '2 boards are named "Twice" in the Pinterest account: name one by its id, 44 or 45.',
      ],
      ['unknown.mp4', { '.json': { board: 'Sprng' } }, /^There is no board "Sprng" .* the nearest of 4 are "Spring", /],
      [
        'several.mp4',
        { '.json': { board: 'recipes', section: 'Soups' }, '.jpg': Buffer.from('<html>') },
        'There is no section "Soups" on the board 43: there are "Salads". The cover image several.mp4.jpg is neither a JPEG nor a PNG image.',
        '43',
      ],
    ];
    for (const [key, companions, message, boardId] of failures) {
      const failed = await pinEventOf(pindrop, await drop(pindrop, key, companions));
      expect(failed, key).toMatchObject({
        status: 'failed',
        failure: { reason: 'rejected_metadata', retryable: true, message: expect.stringMatching(message) },
      });
      expect(failed.boardId, key).toBe(boardId);
    }
    expect(pindrop.simulator.pins()).toHaveLength(2);

    const command = pindropLocal(pindrop);
    expect(await command('boards')).toEqual({
      code: 0,
      stderr: [],
      stdout: [
        'board  name     privacy  sections',
        '42     Spring   public   –',
        '43     Recipes  secret   Salads (431)',
        '44     Twice    public   –',
        '45     Twice    public   –',
      ],
    });
    expect((await command('boards', '--json', '--no-sections')).stdout.map((line) => JSON.parse(line))[1]).toEqual({
      id: '43',
      name: 'Recipes',
      privacy: 'SECRET',
    });
  });

  it('fails before the upload with everything that is wrong, and succeeds once the sidecar is right', async () => {
    const pindrop = await start();
    const wrong = { board_id: '42', board: 'Spring', tittle: 'x', description: 'y'.repeat(801), cover: 'first' };
    const failed = await pindrop.finalEventOf(await drop(pindrop, 'clip.mp4', { '.json': wrong }));
    expect(failed).toMatchObject({
      status: 'failed',
      sidecar: wrong,
      failure: {
        reason: 'rejected_file',
        retryable: true,
        message: [
          'The sidecar\'s "board" and "board_id" are the same field with different values.',
          'The sidecar\'s "tittle" is not a field of a Pin: write "title", or give your own data another name.',
          'The sidecar\'s "description" has 801 characters; Pinterest accepts 800.',
          'The sidecar\'s "cover" must be whole seconds into the video, such as 12, or the web address of a picture, not "first".',
          'Write the correct values into the sidecar clip.mp4.json, then retry the drop.',
        ].join(' '),
      },
    });
    expect(pindrop.simulator.requests).toEqual([]);
    await pindrop.drop('clip.mp4.json', Buffer.from(JSON.stringify({ board: 'Spring' })));
    expect((await pindropLocal(pindrop)('retry', failed.uploadId)).code).toBe(0);
    await pindrop.until(() => pinEvents(pindrop).length > 0);
    expect(pinEvents(pindrop)).toMatchObject([{ status: 'published', boardId: '42' }]);
  });

  it("reports each refusal with Pinterest's own sentence, its request id, and what to do", async () => {
    const pindrop = await start();
    const refusals = [
      [403, 29, 'Apps with Trial access may not create Pins in production.', /trial access.*api-sandbox/],
      [
        401,
        3,
        'Authorization failed.',
        /lacks a scope: pins_create needs boards:read, .*npm run pindrop -- auth, then retry/,
      ],
      [
        400,
        1,
        'Sorry, this link is blocked because it may lead to spam.',
        /change the link, the title or the description/,
      ],
      [400, 1, 'Media not found.', /another account's token/],
    ] as const;
    for (const [status, code, message, advice] of refusals) {
      const fault = { kind: 'status', status, code, message } as const;
      pindrop.simulator.inject({ operation: 'pins_create', fault });
      const event = await pinEventOf(pindrop, await drop(pindrop, 'clip.mp4', { '.json': { board: 'Spring' } }));
      expect(event).toMatchObject({ failure: { reason: 'pin_refused', retryable: true } });
      const said = event.status === 'failed' ? event.failure.message : '';
      expect(said).toMatch(new RegExp(`${status} \\(code ${code}, request \\d+\\): ${message}`));
      expect(said).toMatch(advice);
    }
    // These pass: the Pin is made in the end.
    for (const message of [
      'The media is still processing.',
      "You've hit a block (Pins) we have in place to combat spam.",
    ]) {
      pindrop.simulator.inject({ operation: 'pins_create', fault: { kind: 'status', status: 400, code: 1, message } });
      const event = await pinEventOf(pindrop, await drop(pindrop, 'clip.mp4', { '.json': { board: 'Spring' } }));
      expect(event, message).toMatchObject({ status: 'published' });
    }
    pindrop.simulator.inject({ operation: 'boards_list', fault: { kind: 'status', status: 503 }, times: 2 });
    const event = await pinEventOf(pindrop, await drop(pindrop, 'clip.mp4', { '.json': { board: '45' } }));
    expect(event).toMatchObject({ status: 'published', boardId: '45' });
  });

  it('says which scope the token lacks, in the event and in the command', async () => {
    const pindrop = await start(['pins:read', 'pins:write']);
    const event = await pinEventOf(pindrop, await drop(pindrop, 'clip.mp4', { '.json': { board: 'Spring' } }));
    expect(event).toMatchObject({
      failure: {
        reason: 'pin_refused',
        message: expect.stringMatching(
          /^Pinterest answered boards_list with 401 \(code 3, request \d+\): Authorization failed\. The access token lacks a scope: boards_list needs boards:read\. Sign in again with npm run pindrop -- auth, then retry the drop\.$/,
        ),
      },
    });
    expect(await pindropLocal(pindrop)('boards')).toEqual({
      code: 1,
      stdout: [],
      stderr: [
        expect.stringMatching(
          /^The access token lacks the scope boards:read\. Sign in again with .* auth --scopes boards:read,boards:write,pins:read,pins:write --local\. /,
        ),
      ],
    });
  });
});
