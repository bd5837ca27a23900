import { describe, expect, it } from 'vitest';
import { pinRequestOf } from '../../../../functions/examples/publish-pin/pin-request.ts';
import { mediaUploadSucceededExample as upload } from '../../../../shared/events/examples.ts';

const NOW = new Date('2026-03-01T09:00:00Z');
const requested = (metadata: Record<string, string>) =>
  pinRequestOf({ ...upload, object: { ...upload.object, metadata } }, NOW);
const { mediaId } = upload;

describe('pinRequestOf', () => {
  it.each([
    [{ board: '42' }, { boardId: '42', mediaId, cover: { keyFrameSeconds: 1 } }],
    [
      {
        board: ' 42 ',
        section: '7',
        title: 'Spring',
        description: '',
        link: 'https://example.com/?a=b',
        alt: 'A clip',
      },
      {
        boardId: '42',
        boardSectionId: '7',
        mediaId,
        title: 'Spring',
        altText: 'A clip',
        ...{ link: 'https://example.com/?a=b', cover: { keyFrameSeconds: 1 } },
      },
    ],
    [
      { board: '42', cover: '12' },
      { boardId: '42', mediaId, cover: { keyFrameSeconds: 12 } },
    ],
    [
      { board: '42', cover: 'https://example.com/c.jpg' },
      { boardId: '42', mediaId, cover: { url: 'https://example.com/c.jpg' } },
    ],
    // The limit counts characters, not UTF-16 code units.
    [{ board: '42', title: '🌷'.repeat(100) }, expect.objectContaining({ title: '🌷'.repeat(100) })],
  ])('reads %j', (metadata, pin) => {
    expect(requested(metadata)).toEqual({ pin });
  });

  it('reads when the Pin is due', () => {
    const metadata = { board: '42', publish_at: '2026-03-02T10:30+01:00' };
    expect(requested(metadata)).toMatchObject({ pin: { boardId: '42' }, dueAt: '2026-03-02T09:30:00.000Z' });
  });

  it.each([
    [{}, ['The metadata names no board.']],
    [{ board: 'spring' }, ['The board must be an id, digits only, not "spring".']],
    [
      {
        board: '42',
        title: 'x'.repeat(101),
        description: 'y'.repeat(801),
        link: 'example.com',
        cover: 'first',
        publish_at: '2026-03-02T10:30',
      },
      [
        'The title has 101 characters; Pinterest takes 100.',
        'The description has 801 characters; Pinterest takes 800.',
        'The link is not a web address: "example.com".',
        expect.stringContaining('The cover must be'),
        expect.stringContaining('The publish_at has no offset'),
      ],
    ],
    [{ board: '42', link: 'javascript:alert(1)' }, [expect.stringContaining('not a web address')]],
  ])('lists every mistake in %j', (metadata, problems) => {
    expect(requested(metadata)).toEqual({ problems });
  });
});
