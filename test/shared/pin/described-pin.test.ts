import { describe, expect, it } from 'vitest';
import { describedPin } from '../../../shared/pin/described-pin.ts';
import type { PinDefaults } from '../../../shared/pin/pin-defaults.ts';

interface Drop {
  metadata?: Record<string, string>;
  sidecar?: Record<string, unknown>;
  account?: string;
  key?: string;
}

const described = ({ metadata = {}, key = 'clip.mp4', ...more }: Drop, defaults: PinDefaults = {}) =>
  describedPin({ object: { key, metadata }, ...more }, defaults, new Date('2026-11-25T09:00:00Z'));

describe('describedPin reads', () => {
  it.each<[string, Drop, object]>([
    [
      'our names',
      { sidecar: { board: 'Spring', section: 'Salads', alt: 'A clip', cover: 3 } },
      { board: 'Spring', section: 'Salads', altText: 'A clip', cover: { keyFrameSeconds: 3 } },
    ],
    [
      "the names of Pinterest's API",
      {
        sidecar: {
          board_id: '549755885175',
          board_section_id: '7',
          alt_text: 'A clip',
          dominant_color: '#6E7874',
          media_source: { source_type: 'video_id', cover_image_url: 'https://example.com/c.jpg' },
        },
      },
      {
        board: '549755885175',
        section: '7',
        altText: 'A clip',
        dominantColor: '#6E7874',
        cover: { url: 'https://example.com/c.jpg' },
      },
    ],
    [
      'names in the style of S3 metadata',
      { metadata: { 'board-id': '42', 'alt-text': 'A clip' } },
      { board: '42', altText: 'A clip' },
    ],
    [
      'names in the style of JavaScript',
      { sidecar: { boardId: 42, altText: 'A clip' } },
      { board: '42', altText: 'A clip' },
    ],
    ['text without white space around it', { metadata: { board: ' Spring ', title: '' } }, { board: 'Spring' }],
    ['the same value under two names', { sidecar: { board: '42', board_id: '42' } }, { board: '42' }],
    [
      'a limit in characters, not in UTF-16 units',
      { sidecar: { board: '42', title: '🌷'.repeat(100) } },
      { board: '42', title: '🌷'.repeat(100) },
    ],
    [
      'when the Pin is due',
      { sidecar: { board: '42', publish_at: '2026-12-01T09:00:00+01:00' } },
      { board: '42', dueAt: '2026-12-01T08:00:00.000Z' },
    ],
    ["the user's own data beside the fields", { sidecar: { board: '42', campaign: 7, tags: ['a'] } }, { board: '42' }],
    [
      'metadata that other tools add',
      { metadata: { board: '42', tittle: 'x', mtime: '1', boards: '2' } },
      { board: '42' },
    ],
  ])('%s', (_what, drop, pin) => {
    expect(described(drop)).toEqual({ pin, problems: [] });
  });

  const defaults: PinDefaults = {
    all: { board: 'General', link: 'https://example.com/', title: 'General', cover: 1 },
    accounts: { brand: { board: 'Brand', title: 'Brand' } },
    prefixes: {
      'recipes/': { board: 'Recipes', section: 'Salads' },
      'recipes/soups/': { board: 'Soups' },
      'videos/': { title: 'Prefix' },
    },
  };
  it.each<[string, Drop, object]>([
    ['the general defaults', {}, { board: 'General', title: 'General' }],
    ["the account's before the general ones", { account: 'brand' }, { board: 'Brand', title: 'Brand' }],
    [
      "the prefix's before the account's",
      { account: 'brand', key: 'videos/a.mp4' },
      { board: 'Brand', title: 'Prefix' },
    ],
    ['those of another account never', { account: 'other' }, { board: 'General', title: 'General' }],
    [
      "a section with its own place's board",
      { key: 'recipes/a.mp4' },
      { board: 'Recipes', section: 'Salads', title: 'General' },
    ],
    [
      'the longest prefix first, without the section of a shorter one',
      { key: 'recipes/soups/a.mp4' },
      { board: 'Soups', title: 'General' },
    ],
    [
      'the metadata before defaults',
      { metadata: { board: '42' }, key: 'recipes/a.mp4' },
      { board: '42', title: 'General' },
    ],
    [
      'the sidecar before the metadata',
      { metadata: { title: 'M', alt: 'M' }, sidecar: { title: 'S' } },
      { board: 'General', title: 'S', altText: 'M' },
    ],
    ['an empty value as none', { sidecar: { title: null } }, { board: 'General' }],
  ])('defaults by precedence: %s', (_what, drop, pin) => {
    expect(described(drop, defaults)).toEqual({
      pin: { link: 'https://example.com/', defaultCover: { keyFrameSeconds: 1 }, ...pin },
      problems: [],
    });
  });
});

describe('describedPin reports', () => {
  it.each<[string, Drop, unknown[]]>([
    ['a drop without a board', {}, [expect.stringContaining('No board is named')]],
    ['an empty board', { metadata: { board: ' ' } }, [expect.stringContaining('No board is named')]],
    [
      'every mistake at once, with the name that the user wrote and the place',
      {
        sidecar: {
          board: '42',
          title: 'x'.repeat(101),
          description: 'y'.repeat(801),
          link: 'example.com',
          alt_text: 7.5,
        },
        metadata: { cover: 'first', 'alt-text': 'z', dominant_color: 'red', publish_at: '2026-12-01T10:30' },
      },
      [
        'The sidecar\'s "title" has 101 characters; Pinterest accepts 100.',
        'The sidecar\'s "description" has 801 characters; Pinterest accepts 800.',
        'The sidecar\'s "link" is not a web address: "example.com".',
        'The metadata\'s "cover" must be whole seconds into the video, such as 12, or the web address of a picture, not "first".',
        'The metadata\'s "dominant_color" must be a color such as #6E7874, not "red".',
        expect.stringContaining('The metadata\'s "publish_at" has no offset'),
      ],
    ],
    [
      'a link that is a script',
      { sidecar: { board: '42', link: 'javascript:alert(1)' } },
      [expect.stringContaining('is not a web address')],
    ],
    [
      'two names with different values',
      { sidecar: { board: 'Spring', board_id: '42' } },
      ['The sidecar\'s "board_id" and "board" are the same field with different values.'],
    ],
    [
      'two covers',
      { sidecar: { board: '42', cover_image_url: 'https://example.com/c.jpg', cover_image_key_frame_time: 3 } },
      [expect.stringContaining('"cover_image_key_frame_time" and "cover_image_url" are the same field')],
    ],
    [
      'a number that JSON has rounded',
      { sidecar: JSON.parse('{"board_id": 1022106146619699845}') },
      ['The sidecar\'s "board_id" is a number with too many digits for JSON: put it in quotes.'],
    ],
    ['a list', { sidecar: { board: ['Spring'] } }, ['The sidecar\'s "board" must be text, not a list.']],
    [
      'a mistyped field of the sidecar',
      { sidecar: { board: '42', tittle: 'x' } },
      ['The sidecar\'s "tittle" is not a field of a Pin: write "title", or give your own data another name.'],
    ],
    [
      'a picture as text',
      { sidecar: { board: '42', media_source: { cover_image_data: 'AAAA' } } },
      [expect.stringContaining('put the picture beside the video')],
    ],
    [
      'a long value, cut',
      { sidecar: { board: '42', link: 'x'.repeat(2000) } },
      [expect.stringMatching(/^.{0,150}…"\.$/)],
    ],
  ])('%s', (_what, drop, problems) => {
    expect(described(drop).problems).toEqual(problems);
  });

  it('nothing about a value that a more specific place overrides', () => {
    expect(described({ metadata: { board: '42', title: 'x'.repeat(101) }, sidecar: { title: 'Spring' } })).toEqual({
      pin: { board: '42', title: 'Spring' },
      problems: [],
    });
  });
});
