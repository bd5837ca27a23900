import { describe, expect, it } from 'vitest';
import { inspectVideo, type Verdict } from '../../../../functions/ingest/inspection/inspect-video.ts';
import {
  box,
  boxClaiming,
  esds,
  MATRIX,
  type MovieOptions,
  moof,
  movie,
  mvex,
  pasp,
  sidx,
  u32,
} from './build-movie.ts';
import { countedObject } from './counted-object.ts';

const inspect = (bytes: Buffer) => inspectVideo(countedObject(bytes));
const h264 = { format: 'avc1' };
const tall = { width: 64, height: 192 };
const sound = (seconds: number, more = {}) => ({ handler: 'soun', seconds, ...more });
const FTYP = movie().subarray(0, 28);
const rest = movie().subarray(28);
const ZERO_MOOV = (bytes: Buffer) => {
  const open = Buffer.from(bytes);
  open.writeUInt32BE(0, open.indexOf('moov') - 4);
  return open;
};

describe('inspectVideo does not reject a file that may be fine', () => {
  it.each<[string, Buffer]>([
    ['a form boundary behind the file', movie({ tail: Buffer.from('\r\n--boundary0123456789--\r\n') })],
    ['an ID3v1 tag behind the file', movie({ tail: Buffer.concat([Buffer.from('TAG'), Buffer.alloc(125, 0x20)]) })],
    ['an HTML comment behind the file', movie({ tail: Buffer.from('<!-- served by cache 7 -->') })],
    ['a trailer of a camera behind the file', movie({ tail: Buffer.from('\x08\x41\x02\x11CAMERA-TRAILER', 'latin1') })],
    ['zeros behind the file', movie({ tail: Buffer.alloc(600) })],
    ['padding that claims more than there is', movie({ tail: boxClaiming(40, 'free', Buffer.alloc(8)) })],
    ['a note that is cut', movie({ moov: 'last', tail: boxClaiming(500, 'uuid', Buffer.alloc(30)) })],
    [
      'media that claims more than there is, with every sample',
      movie({ media: (b) => boxClaiming(b.length + 72, 'mdat', b) }),
    ],
    ['a user data box first', Buffer.concat([box('uuid', Buffer.alloc(32)), movie()])],
    ['a segment index first', Buffer.concat([sidx(1, 3, 3), movie()])],
    ['a download header first', Buffer.concat([box('pdin', u32(0)), movie()])],
    ['user data first', Buffer.concat([box('udta'), movie()])],
    ['a box of an unknown type first', Buffer.concat([box('beam', Buffer.alloc(20)), movie()])],
    ['padding whose length looks like an MPEG program stream', Buffer.concat([box('free', Buffer.alloc(434)), rest])],
    ['stray bytes in front of the file', Buffer.concat([Buffer.from('\xef\xbb\xbf\r\n', 'latin1'), movie()])],
    ['no file type box', rest],
    ['an index of length zero, to the end', ZERO_MOOV(movie({ moov: 'last' }))],
    ['a compressed index', Buffer.concat([FTYP, box('moov', box('cmov', box('dcom', 'zlib'))), box('mdat', 'x')])],
    ['the media information before the handler', movie({ tracks: [{ informationFirst: true }] })],
    ['a track of an unknown kind and no other', movie({ tracks: [{ handler: 'xyzw' }] })],
    ['a track without a handler', Buffer.concat([FTYP, box('moov', box('trak', box('mdia'))), box('mdat', 'x')])],
  ])('%s', async (_what, bytes) => {
    expect((await inspect(bytes)).verdict).not.toBe('rejected');
  });

  it.each<[string, MovieOptions]>([
    [
      'a JPEG preview as the first track',
      { tracks: [{ descriptions: [{ format: 'jpeg' }] }, { descriptions: [h264] }] },
    ],
    [
      'a PNG cover in `mp4v` as the first track, in a shape that is not accepted',
      { tracks: [{ descriptions: [{ format: 'mp4v', ...tall, own: [esds(0x6d)] }] }, { descriptions: [h264] }] },
    ],
    ['H.264 in `mp4v`', { tracks: [{ descriptions: [{ format: 'mp4v', own: [esds(0x21)] }] }] }],
    ['H.265 in `mp4v`', { tracks: [{ descriptions: [{ format: 'mp4v', own: [esds(0x23)] }] }] }],
    ['`mp4v` that does not say what it holds', { tracks: [{ descriptions: [{ format: 'mp4v' }] }] }],
    ['a codec that is not known', { tracks: [{ descriptions: [{ format: 'zzz9' }] }] }],
    ['durations of all ones', { tracks: [{ mediaTicks: -1, trackTicks: -1, sampleTicks: 0 }], movieTicks: -1 }],
    ['a movie header of zero', { movieTicks: 0 }],
    ['headers of three seconds in a fragmented file', { tracks: [{ seconds: 3 }], endOfMoov: [mvex()] }],
    ['headers of three seconds and fragments', { tracks: [{ seconds: 3 }], tail: moof() }],
    ['a file trimmed from 15:20 to 14:50', { tracks: [{ seconds: 920, edits: [[890_000, 12_000]] }] }],
    ['a file played at half the speed', { tracks: [{ seconds: 2, edits: [[8000, 0, 0.25]], trackTicks: 8000 }] }],
    [
      'two seconds that are looped',
      {
        tracks: [
          {
            seconds: 2,
            edits: [
              [2000, 0],
              [2000, 0],
              [2000, 0],
            ],
          },
        ],
      },
    ],
    ['an edit of 0.04 s for six seconds', { tracks: [{ edits: [[40, 0]], trackTicks: 40 }], movieTicks: 40 }],
    ['an edit of no length', { tracks: [{ edits: [[0, 0]] }] }],
    [
      'sound that claims 905 s beside six seconds',
      { tracks: [{}, sound(6, { mediaTicks: 905_000 })], movieTicks: 905_000 },
    ],
    ['music to 15:03 under 14:58', { tracks: [{ seconds: 898 }, sound(903)] }],
    ['a disabled sound track of sixteen minutes', { tracks: [{}, sound(960, { enabled: false })] }],
    [
      'a media header that claims 905 s for six seconds of samples',
      { tracks: [{ mediaTicks: 905_000, trackTicks: 905_000 }], movieTicks: 905_000 },
    ],
    ['a picture of one second under half a minute of sound', { tracks: [{ seconds: 1 }, sound(30)] }],
    ['an unused description of 1:3', { tracks: [{ descriptions: [h264, tall] }] }],
    ['an unused description of 10:1 first', { tracks: [{ descriptions: [{ width: 640, height: 64 }, h264] }] }],
    [
      '64 × 144 that the track header shows as 81 × 144',
      { tracks: [{ descriptions: [{ width: 64, height: 144 }], shown: [81, 144] }] },
    ],
    [
      '288 × 128 that the track header shows as 228 × 128',
      { tracks: [{ descriptions: [{ width: 288, height: 128 }], shown: [228, 128] }] },
    ],
    ['2.67:1 with narrow pixels', { tracks: [{ descriptions: [{ width: 384, height: 144, own: [pasp(2, 3)] }] }] }],
    ['2:1 turned to 1:2', { tracks: [{ descriptions: [{ width: 128, height: 64 }], matrix: MATRIX.turned }] }],
    ['2:1 turned by the movie', { tracks: [{ descriptions: [{ width: 128, height: 64 }] }], matrix: MATRIX.turned }],
    ['1:3 that a matrix stretches', { tracks: [{ descriptions: [tall], matrix: MATRIX.stretched }] }],
    ['a matrix of zeros', { tracks: [{ matrix: MATRIX.zero }] }],
    [
      '1:3 cropped to 1:2 by its clean aperture',
      {
        tracks: [{ descriptions: [{ ...tall, own: [box('clap', u32(64, 1, 128, 1, 0, 1, 0, 1))] }] }],
      },
    ],
    ['an encrypted video', { tracks: [{ descriptions: [{ format: 'encv' }] }] }],
    ['Dolby Vision', { tracks: [{ descriptions: [{ format: 'dvh1' }] }] }],
  ])('%s', async (_what, options) => {
    expect((await inspect(movie(options))).verdict).not.toBe('rejected');
  });
});

describe('inspectVideo accepts a file when every header describes it as fine', () => {
  it.each<[string, MovieOptions]>([
    ['an ordinary clip', {}],
    ['the index last', { moov: 'last' }],
    ['fifteen minutes to the frame', { tracks: [{ seconds: 900 }] }],
    ['a JPEG preview beside H.264', { tracks: [{}, { descriptions: [{ format: 'jpeg' }] }] }],
    ['a timecode track and subtitles', { tracks: [{}, { handler: 'tmcd' }, { handler: 'sbtl' }, sound(6)] }],
    ['700 kB of cover art in front of the tracks', { inMoov: [box('udta', Buffer.alloc(700_000))] }],
    [
      'twelve parts of media',
      { front: [FTYP, ...Array.from({ length: 12 }, () => box('mdat', Buffer.alloc(70_000)))] },
    ],
  ])('%s', async (_what, options) => {
    expect(await inspect(movie(options))).toEqual({ verdict: 'accepted' });
  });
});

const rules = (verdict: Verdict) => (verdict.verdict === 'rejected' ? verdict.rules : verdict.verdict);

describe('inspectVideo rejects a file that certainly breaks a rule', () => {
  it.each<[string, MovieOptions, string[], string]>([
    ['sixteen minutes', { tracks: [{ seconds: 960 }, sound(960)] }, ['too_long'], '16 min long'],
    ['one second over the limit', { tracks: [{ seconds: 901 }] }, ['too_long'], '15 min 1 s long'],
    ['a tenth of a second over the limit', { tracks: [{ seconds: 900.1 }] }, ['too_long'], '15 min 0.1 s long'],
    [
      'sixteen minutes with no length in the movie header',
      { tracks: [{ seconds: 960 }], movieTicks: 0 },
      ['too_long'],
      '16 min',
    ],
    [
      'sixteen minutes in a movie extends header',
      { tracks: [{ seconds: 0 }], endOfMoov: [mvex(960_000)] },
      ['too_long'],
      '16 min',
    ],
    [
      'sixteen minutes in a segment index',
      { tracks: [{ seconds: 0 }], endOfMoov: [mvex()], tail: Buffer.concat([sidx(1, 600, 360), moof()]) },
      ['too_long'],
      '16 min',
    ],
    ['3.94 seconds', { tracks: [{ seconds: 3.94 }] }, ['too_short'], '3.94 s long'],
    [
      'a little taller than 1:2',
      { tracks: [{ descriptions: [{ width: 128, height: 260 }] }] },
      ['aspect_ratio'],
      '128 × 260 pixels, 1:2.03',
    ],
    [
      'a little wider than 1.91:1',
      { tracks: [{ descriptions: [{ width: 386, height: 200 }] }] },
      ['aspect_ratio'],
      '386 × 200 pixels, 1.93:1',
    ],
    [
      'Motion JPEG in `mp4v`',
      { tracks: [{ descriptions: [{ format: 'mp4v', own: [esds(0x6c)] }] }] },
      ['codec'],
      'Motion JPEG',
    ],
    [
      'MPEG-2 in `mp4v`',
      { tracks: [{ descriptions: [{ format: 'mp4v', own: [esds(0x61)] }] }] },
      ['codec'],
      'MPEG-2 video',
    ],
    ['ProRes', { tracks: [{ descriptions: [{ format: 'ap4h' }] }] }, ['codec'], 'Apple ProRes'],
    ['DNxHR', { tracks: [{ descriptions: [{ format: 'AVdh' }] }] }, ['codec'], 'Avid DNxHD or DNxHR'],
    ['sound alone', { tracks: [sound(6)] }, ['no_video'], 'no video track'],
    [
      'VP9 behind large fragments',
      {
        tracks: [{ descriptions: [{ format: 'vp09' }] }],
        front: [FTYP, ...Array.from({ length: 12 }, () => Buffer.concat([moof(), box('mdat', Buffer.alloc(70_000))]))],
      },
      ['codec'],
      'VP9',
    ],
    [
      '1:3 beside sound whose description is garbled',
      { tracks: [{ descriptions: [tall] }, sound(6, { beside: [box('udta', 'x')] })] },
      ['aspect_ratio'],
      '1:3',
    ],
  ])('%s', async (_what, options, expected, found) => {
    const verdict = await inspect(movie(options));
    expect(rules(verdict)).toEqual(expected);
    expect(verdict).toMatchObject({ rule: expected[0], message: expect.stringContaining(found) });
  });

  it.each([
    ['heic', 'meta'],
    ['hevc', 'moov'],
    ['heis', 'meta'],
    ['avif', 'meta'],
  ])('a picture of the brand %s', async (brand, holds) => {
    const picture = holds === 'moov' ? movie({ tracks: [{ handler: 'pict' }], front: [] }) : box('meta', u32(0));
    const verdict = await inspect(Buffer.concat([box('ftyp', brand, u32(0), brand), picture]));
    expect(verdict).toMatchObject({ rule: 'container', message: expect.stringContaining('a HEIF or AVIF image') });
  });

  it.each<[string, Buffer]>([
    ['half of the media', movie().subarray(0, -200)],
    ['the last byte of the media', movie().subarray(0, -1)],
    ['all of the media', rest.subarray(0, rest.indexOf('mdat') - 4)],
    ['the index', movie({ moov: 'last' }).subarray(0, 28 + 408)],
    ['the end of the index', movie({ moov: 'last' }).subarray(0, -30)],
  ])('a file that lacks %s', async (_what, bytes) => {
    expect(await inspect(bytes)).toMatchObject({ verdict: 'rejected', rules: ['truncated'] });
  });

  it('reports every broken rule at once, with one command that fixes them all', async () => {
    const bytes = movie({ tracks: [{ seconds: 960, descriptions: [{ format: 'vp09', ...tall }] }] });
    const verdict = await inspectVideo(countedObject(bytes, 3 * 1024 ** 3));
    expect(verdict).toEqual({
      verdict: 'rejected',
      rule: 'too_large',
      rules: ['too_large', 'codec', 'too_long', 'aspect_ratio'],
      message: [
        'the file has 3,221,225,472 bytes (3.2 GB); Pinterest accepts at most 2,147,483,648 bytes (2.1 GB)',
        'the video is encoded as VP9; Pinterest accepts H.264 and H.265',
        'the video is 16 min long; Pinterest accepts 4 s to 15 min',
        'the video is 64 × 192 pixels, 1:3; Pinterest accepts 1:2 to 1.91:1, width to height',
      ].join('. '),
      fix: 'ffmpeg -i in.mp4 -t 900 -vf scale=64:192,setsar=1,pad=96:192:-1:-1 -c:v libx264 -pix_fmt yuv420p -c:a aac -maxrate 17179k -bufsize 17179k -movflags +faststart out.mp4',
    });
  });

  it('applies the size limit to the exact byte', async () => {
    const limit = 2 * 1024 ** 3;
    expect((await inspectVideo(countedObject(movie(), limit))).verdict).not.toBe('rejected');
    expect(await inspectVideo(countedObject(movie(), limit + 1))).toMatchObject({
      rules: ['too_large'],
      message: 'the file has 2,147,483,649 bytes (2.1 GB); Pinterest accepts at most 2,147,483,648 bytes (2.1 GB)',
    });
  });
});

describe('inspectVideo stays within its bounds', () => {
  it('reads only a few blocks of an hour-long file, wherever its index is', async () => {
    const samples = 216_000;
    for (const place of ['first', 'last'] as const) {
      const tables = box('free', Buffer.alloc(samples * 16));
      const withTables = movie({
        moov: place,
        tracks: [{ seconds: 3600, beside: [tables] }, sound(3600, { beside: [tables] })],
        media: (b) => box('mdat', Buffer.alloc(20_000_000), b),
      });
      const object = countedObject(withTables);
      expect(await inspectVideo(object)).toMatchObject({ rules: ['too_long'] });
      expect(object.reads.length).toBeLessThanOrEqual(8);
      expect(object.bytesRead).toBeLessThanOrEqual(64 * 1024);
    }
  });

  it.each([
    ['stts', 0x00ffffff],
    ['stts', 0xffffffff],
    ['ctts', 0xffffffff],
    ['stsd', 0xffffffff],
    ['stsc', 0xffffffff],
    ['stsz', 0xffffffff],
    ['stco', 0xffffffff],
    ['elst', 0xffffffff],
  ])('does not trust a wrong count of %s entries: %d', async (type, count) => {
    const bytes = movie({ tracks: [{ edits: [[6000, 0]], beside: [box('ctts', u32(0, 1, 1, 1))] }] });
    bytes.writeUInt32BE(count, bytes.indexOf(type) + (type === 'stsz' ? 12 : 8));
    const before = process.cpuUsage();
    const object = countedObject(bytes.subarray(0, -10));
    await inspectVideo(object);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(1);
    expect(object.bytesRead).toBeLessThanOrEqual(512 * 1024);
  });

  it('stops reading a crafted chain of boxes, and does not reject the file', async () => {
    const parts = Array.from({ length: 300 }, () => box('free', Buffer.alloc(9_000)));
    const object = countedObject(movie({ front: [FTYP, ...parts] }));
    expect(await inspectVideo(object)).toEqual({ verdict: 'unjudged', why: 'its index lies behind too many boxes' });
    expect(object.reads.length).toBeLessThanOrEqual(100);
  });
});
