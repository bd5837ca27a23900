import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileFacts } from '../../../../functions/ingest/inspection/file-facts.ts';
import { inspectVideo } from '../../../../functions/ingest/inspection/inspect-video.ts';
import { durationInWords, type Judgement, RULES } from '../../../../functions/ingest/inspection/rules.ts';
import { VIDEO_LIMITS } from '../../../../shared/pinterest/video-limits.ts';
import { countedObject } from './counted-object.ts';
import { mutate, mutations, outcomeOf } from './mutate.ts';

const fixture = (name: string) => readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url));
const clip = readFileSync(new URL('../../../../infra/local/pinterest/sample-clip.mp4', import.meta.url));
const indexFirst = fixture('inspection/index-first.mp4');
const indexLast = fixture('inspection/index-last.mp4');

/** An ISO-BMFF box of this length: a header, then zeros. */
const box = (type: string, length: number) => {
  const bytes = Buffer.alloc(length);
  bytes.writeUInt32BE(length, 0);
  bytes.write(type, 4, 'latin1');
  return bytes;
};

describe('inspectVideo', () => {
  it.each([
    ['the sample clip', clip],
    ['index-first.mp4', indexFirst],
    ['index-last.mp4', indexLast],
    ['hevc.mp4', fixture('inspection/hevc.mp4')],
    ['quicktime.mov', fixture('inspection/quicktime.mov')],
    ['rotated.mp4', fixture('inspection/rotated.mp4')],
  ])('accepts %s in a few reads', async (_name, bytes) => {
    const video = countedObject(bytes);
    expect(await inspectVideo(video)).toEqual({ verdict: 'accepted' });
    expect(video.reads.length).toBeLessThanOrEqual(4);
    expect(video.bytesRead).toBeLessThanOrEqual(512 * 1024);
  });

  it.each([
    ['inspection/one-second.mp4', 'too_short', 'the video is 1 s long; Pinterest accepts 4 s to 15 min'],
    ['inspection/sixteen-minutes.mp4', 'too_long', 'the video is 16 min long; Pinterest accepts 4 s to 15 min'],
    [
      'inspection/mpeg4-part-2.mp4',
      'codec',
      'the video is encoded as MPEG-4 Part 2; Pinterest accepts H.264 and H.265',
    ],
    ['inspection/vp9.mp4', 'codec', 'the video is encoded as VP9; Pinterest accepts H.264 and H.265'],
    [
      'inspection/one-to-three.mp4',
      'aspect_ratio',
      'the video is 64 × 192 pixels, 1:3; Pinterest accepts 1:2 to 1.91:1, width to height',
    ],
    [
      'inspection/landscape.mp4',
      'aspect_ratio',
      'the video is 128 × 64 pixels, 2:1; Pinterest accepts 1:2 to 1.91:1, width to height',
    ],
    ['inspection/sound.m4a', 'no_video', 'the file has no video track; Pinterest accepts videos'],
    ['inspection/video.webm', 'container', 'the file is a WebM or Matroska video; Pinterest accepts MP4, M4V and MOV'],
    ['inspection/README.md', 'container', 'the file is a text file; Pinterest accepts MP4, M4V and MOV'],
  ])('rejects %s', async (name, rule, message) => {
    expect(await inspectVideo(countedObject(fixture(name)))).toMatchObject({
      verdict: 'rejected',
      rule,
      rules: [rule],
      message,
    });
  });

  it('recognizes a picture by its content', async () => {
    const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(500)]);
    expect(await inspectVideo(countedObject(png))).toMatchObject({
      rule: 'container',
      message: expect.stringContaining('a PNG image'),
    });
  });

  it('rejects an empty file by its size, without a read', async () => {
    const empty = countedObject(Buffer.alloc(0));
    expect(await inspectVideo(empty)).toMatchObject({ rules: ['empty'] });
    expect(empty.reads).toEqual([]);
  });

  it('rejects a file by its size when it is too large, and checks the other rules in a few reads', async () => {
    const huge = countedObject(clip, 3 * 1024 ** 3);
    expect(await inspectVideo(huge)).toMatchObject({
      rules: ['too_large'],
      message: 'the file has 3,221,225,472 bytes (3.2 GB); Pinterest accepts at most 2,147,483,648 bytes (2.1 GB)',
    });
    expect(huge.reads.length).toBeLessThanOrEqual(4);
  });

  it.each([
    ['the index first', indexFirst, indexFirst.length - 100],
    ['the index last', indexLast, indexLast.length - 100],
    ['the index missing', indexLast, indexLast.indexOf('moov') - 4],
    ['the index cut', indexFirst, indexFirst.indexOf('moov') + 50],
  ])('detects that a file with %s is cut off', async (_what, bytes, end) => {
    expect(await inspectVideo(countedObject(bytes.subarray(0, end)))).toMatchObject({
      verdict: 'rejected',
      rule: 'truncated',
    });
  });

  it('finds the index behind two gigabytes with a handful of reads', async () => {
    const size = 2 * 1024 ** 3;
    const moov = indexLast.subarray(indexLast.indexOf('moov') - 4);
    const ftyp = indexLast.subarray(0, indexLast.readUInt32BE(0));
    const header = Buffer.alloc(16);
    header.writeUInt32BE(1, 0);
    header.write('mdat', 4);
    header.writeBigUInt64BE(BigInt(size - ftyp.length - moov.length), 8);
    const head = Buffer.concat([ftyp, header]);
    const reads: number[] = [];
    const read = async (start: number, end: number) => {
      reads.push(end - start);
      const bytes = Buffer.alloc(end - start);
      if (start < head.length) head.copy(bytes, 0, start);
      const tail = size - moov.length;
      if (end > tail) moov.copy(bytes, Math.max(0, tail - start), Math.max(0, start - tail));
      return bytes;
    };
    expect(await inspectVideo({ size, read })).toEqual({ verdict: 'accepted' });
    expect(reads.length).toBeLessThanOrEqual(4);
  });

  it('does not accept a file whose index exceeds the read limit, and stays within that limit', async () => {
    const ftyp = indexFirst.subarray(0, indexFirst.readUInt32BE(0));
    const video = countedObject(Buffer.concat([ftyp, box('moov', 3_000_000), box('mdat', 100)]));
    expect(await inspectVideo(video)).toMatchObject({ verdict: expect.stringMatching(/unjudged|rejected/) });
    expect(video.bytesRead).toBeLessThanOrEqual(512 * 1024);
  });

  it('does not reject a fragmented file', async () => {
    const { verdict } = await inspectVideo(countedObject(fixture('inspection/fragmented.mp4')));
    expect(verdict).not.toBe('rejected');
  });

  it('throws the error of a source that fails', async () => {
    const read = async () => {
      throw new Error('S3 is down');
    };
    await expect(inspectVideo({ size: 1000, read })).rejects.toThrow('S3 is down');
    const ftyp = indexFirst.subarray(0, indexFirst.readUInt32BE(0));
    const bytes = Buffer.concat([ftyp, box('free', 200_000), indexFirst.subarray(ftyp.length)]);
    const later = async (start: number, end: number) => {
      if (start > 0) throw new Error('S3 went down');
      return bytes.subarray(start, end);
    };
    await expect(inspectVideo({ size: bytes.length, read: later })).rejects.toThrow('S3 went down');
  });

  it('inspects 3,000 mutations of real files without throwing and within its limits', async () => {
    const files = [
      clip,
      indexFirst,
      indexLast,
      fixture('inspection/fragmented.mp4'),
      fixture('inspection/quicktime.mov'),
    ];
    await fc.assert(
      fc.asyncProperty(fc.nat(files.length - 1), mutations(), async (which, changes) => {
        const { problem } = await outcomeOf(mutate(files[which] ?? clip, changes));
        expect(problem).toBeUndefined();
      }),
      { numRuns: 3000 },
    );
  });

  it('never rejects a good file because of bytes that it ignores', async () => {
    const files = [clip, indexFirst, indexLast, fixture('inspection/hevc.mp4')];
    await fc.assert(
      fc.asyncProperty(
        fc.nat(files.length - 1),
        fc.array(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.nat(255) }), { maxLength: 50 }),
        fc.uint8Array({ maxLength: 300 }),
        async (which, changes, tail) => {
          const bytes = Buffer.concat([withOtherMedia(files[which] ?? clip, changes), tail]);
          expect((await inspectVideo(countedObject(bytes))).verdict).not.toBe('rejected');
        },
      ),
      { numRuns: 1000 },
    );
  });
});

/** The file with some bytes of its media data changed. */
function withOtherMedia(file: Buffer, changes: { at: number; byte: number }[]): Buffer {
  const bytes = Buffer.from(file);
  const start = bytes.indexOf('mdat') + 4;
  const length = bytes.readUInt32BE(start - 8) - 8;
  for (const { at, byte } of changes) bytes[start + Math.floor(at * (length - 1))] = byte;
  return bytes;
}

describe('RULES', () => {
  const stream = { codec: 'H.264', durations: [10], shapes: [{ width: 1080, height: 1920 }] };
  const facts: FileFacts = { size: 1, hasVideo: true, streams: [stream], otherDurations: [], mayBeLonger: false };
  const judged = (change: Partial<FileFacts>, wanted: (judgement: Judgement) => boolean) =>
    RULES.filter(({ judge }) => wanted(judge({ ...facts, ...change }, VIDEO_LIMITS))).map(({ name }) => name);
  const brokenBy = (change: Partial<FileFacts>) => judged(change, (judgement) => typeof judgement === 'object');
  const unsureBy = (change: Partial<FileFacts>) => judged(change, (judgement) => judgement === 'unsure');
  const lasting = (...durations: number[]) => ({ streams: [{ ...stream, durations }] });
  const shaped = (width: number, height: number) => ({ streams: [{ ...stream, shapes: [{ width, height }] }] });

  it('has these rules, in this order', () => {
    expect(RULES.map(({ name }) => name)).toEqual([
      'empty',
      'too_large',
      'container',
      'truncated',
      'no_video',
      'codec',
      'too_short',
      'too_long',
      'aspect_ratio',
    ]);
  });

  it.each<[Partial<FileFacts>, string[]]>([
    [{}, []],
    [{ size: 0 }, ['empty']],
    [{ size: 2 * 1024 ** 3 }, []],
    [{ size: 2 * 1024 ** 3 + 1 }, ['too_large']],
    [{ otherKind: { name: 'a PNG image', video: false } }, ['container']],
    [{ missing: 'the end of the video' }, ['truncated']],
    [lasting(3.96), []],
    [lasting(3.9), ['too_short']],
    [lasting(900.04), []],
    [lasting(900.1), ['too_long']],
    [shaped(1080, 2160), []],
    [shaped(1080, 2200), ['aspect_ratio']],
    [shaped(1920, 1004), []],
    [shaped(1920, 960), ['aspect_ratio']],
    [{ streams: [{ ...stream, codec: 'AV1' }] }, ['codec']],
    [{ streams: [{ ...stream, codec: 'H.265' }] }, []],
    [{ hasVideo: false, streams: [] }, ['no_video']],
  ])('for %o, finds these broken rules: %o', (change, names) => {
    expect(brokenBy(change)).toEqual(names);
  });

  it.each<[string, Partial<FileFacts>, string[]]>([
    ['no duration', lasting(), ['too_short', 'too_long']],
    ['durations on both sides of a limit', lasting(3, 10), ['too_short']],
    ['a short first part of a fragmented file', { ...lasting(2), mayBeLonger: true }, ['too_short']],
    ['sound that lasts long enough', { ...lasting(2), otherDurations: [30] }, ['too_short']],
    ['a movie header that is within the limit', { ...lasting(950), movieDuration: 890 }, ['too_long']],
    ['no codec', { streams: [{ ...stream, codec: undefined }] }, ['codec']],
    [
      'no track that is understood',
      { hasVideo: undefined, streams: [] },
      ['no_video', 'codec', 'too_short', 'too_long', 'aspect_ratio'],
    ],
    [
      'one track of two that is too wide',
      { streams: [stream, { ...stream, shapes: [{ width: 3, height: 1 }] }] },
      ['aspect_ratio'],
    ],
  ])('is unsure, but rejects nothing, with %s', (_what, change, names) => {
    expect(brokenBy(change)).toEqual([]);
    expect(unsureBy(change)).toEqual(names);
  });
});

describe('durationInWords', () => {
  it.each([
    [0, '0 s'],
    [3.94, '3.94 s'],
    [59.999, '1 min'],
    [119.6, '1 min 59.6 s'],
    [900, '15 min'],
    [900.051, '15 min 0.05 s'],
    [901, '15 min 1 s'],
    [3600, '1 h'],
    [5025.5, '1 h 23 min 45.5 s'],
  ])('formats %d s as %s', (seconds, words) => {
    expect(durationInWords(seconds)).toBe(words);
  });
});
