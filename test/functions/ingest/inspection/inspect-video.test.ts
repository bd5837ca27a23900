import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspectVideo } from '../../../../functions/ingest/inspection/inspect-video.ts';
import { RULES } from '../../../../functions/ingest/inspection/rules.ts';

const fixture = (name: string) => readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url));
const clip = readFileSync(new URL('../../../../infra/local/pinterest/sample-clip.mp4', import.meta.url));
const indexFirst = fixture('inspection/index-first.mp4');
const indexLast = fixture('inspection/index-last.mp4');

/** An object in memory that counts what is read of it. */
function object(bytes: Buffer, size = bytes.length) {
  const reads: [number, number][] = [];
  return {
    size,
    reads,
    get bytesRead() {
      return reads.reduce((sum, [start, end]) => sum + end - start, 0);
    },
    read: async (start: number, end: number) => {
      reads.push([start, end]);
      return end <= bytes.length
        ? bytes.subarray(start, end)
        : Buffer.concat([bytes.subarray(start), Buffer.alloc(end - Math.max(start, bytes.length))]);
    },
  };
}

/** A box of ISO-BMFF with so many bytes of nothing. */
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
    const video = object(bytes);
    expect(await inspectVideo(video)).toEqual({ verdict: 'accepted' });
    expect(video.reads.length).toBeLessThanOrEqual(4);
    expect(video.bytesRead).toBeLessThanOrEqual(512 * 1024);
  });

  it.each([
    ['inspection/one-second.mp4', 'too_short', 'the video is 1 s long; Pinterest takes 4 s to 15 min'],
    ['inspection/sixteen-minutes.mp4', 'too_long', 'the video is 16 min long; Pinterest takes 4 s to 15 min'],
    ['inspection/mpeg4-part-2.mp4', 'codec', 'the video is encoded as MPEG-4 Part 2; Pinterest takes H.264 and H.265'],
    ['inspection/vp9.mp4', 'codec', 'the video is encoded as VP9; Pinterest takes H.264 and H.265'],
    [
      'inspection/one-to-three.mp4',
      'aspect_ratio',
      'the video is 64 × 192 pixels, 1:3; Pinterest takes 1:2 to 1.91:1, width to height',
    ],
    [
      'inspection/landscape.mp4',
      'aspect_ratio',
      'the video is 128 × 64 pixels, 2:1; Pinterest takes 1:2 to 1.91:1, width to height',
    ],
    ['inspection/sound.m4a', 'no_video', 'the file has no video track; Pinterest takes videos'],
    ['inspection/video.webm', 'container', 'the file is a WebM or Matroska video; Pinterest takes MP4, M4V and MOV'],
    ['inspection/README.md', 'container', 'the file is a text file; Pinterest takes MP4, M4V and MOV'],
  ])('rejects %s', async (name, rule, message) => {
    expect(await inspectVideo(object(fixture(name)))).toEqual({ verdict: 'rejected', rule, message });
  });

  it('names a picture for what it is, whatever its name', async () => {
    const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(500)]);
    expect(await inspectVideo(object(png))).toMatchObject({
      rule: 'container',
      message: expect.stringContaining('a PNG image'),
    });
  });

  it('judges by the size alone what is empty or too large, without a read', async () => {
    const empty = object(Buffer.alloc(0));
    expect(await inspectVideo(empty)).toMatchObject({ rule: 'empty' });
    const huge = object(clip, 3 * 1024 ** 3);
    expect(await inspectVideo(huge)).toEqual({
      verdict: 'rejected',
      rule: 'too_large',
      message: 'the file has 3 GB; Pinterest takes at most 2 GB',
    });
    expect([...empty.reads, ...huge.reads]).toEqual([]);
  });

  it.each([
    ['the index first', indexFirst, indexFirst.length - 100],
    ['the index last', indexLast, indexLast.length - 100],
    ['the index missing', indexLast, indexLast.indexOf('moov') - 4],
    ['the index cut', indexFirst, indexFirst.indexOf('moov') + 50],
  ])('sees that a file with %s is cut off', async (_what, bytes, end) => {
    expect(await inspectVideo(object(bytes.subarray(0, end)))).toMatchObject({
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

  it('lets a file through whose index is more than may be read', async () => {
    const ftyp = indexFirst.subarray(0, indexFirst.readUInt32BE(0));
    const video = object(Buffer.concat([ftyp, box('moov', 3_000_000), box('mdat', 100)]));
    expect(await inspectVideo(video)).toMatchObject({ verdict: expect.stringMatching(/unjudged|rejected/) });
    expect(video.bytesRead).toBeLessThanOrEqual(512 * 1024);
  });

  it('lets a fragmented file through, or judges it by what is there', async () => {
    const { verdict } = await inspectVideo(object(fixture('inspection/fragmented.mp4')));
    expect(verdict).not.toBe('rejected');
  });

  it('takes a failing source for what it is', async () => {
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

  it('always comes to an end, within its budget, whatever the bytes', async () => {
    const mutation = fc.record({ at: fc.nat(indexFirst.length - 1), byte: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(mutation, { minLength: 1, maxLength: 20 }),
        fc.nat(indexFirst.length),
        async (mutations, cut) => {
          const bytes = Buffer.from(indexFirst);
          for (const { at, byte } of mutations) bytes[at] = byte;
          const video = object(bytes.subarray(0, Math.max(1, cut)));
          expect(['accepted', 'rejected', 'unjudged']).toContain((await inspectVideo(video)).verdict);
          expect(video.bytesRead).toBeLessThanOrEqual(512 * 1024);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('RULES', () => {
  const limits = { maxBytes: 1, minSeconds: 4, maxSeconds: 900, minAspectRatio: 0.5, maxAspectRatio: 1.91 };
  const facts = { hasVideo: true, codec: 'H.264', duration: 10, width: 1080, height: 1920 };
  const brokenBy = (change: Partial<typeof facts>) =>
    RULES.filter(({ broken }) => broken({ ...facts, ...change }, limits) !== undefined).map(({ name }) => name);

  it.each([
    [{}, []],
    [{ duration: 3.96 }, []],
    [{ duration: 3.9 }, ['too_short']],
    [{ duration: 900.04 }, []],
    [{ duration: 900.1 }, ['too_long']],
    [{ width: 1080, height: 2160 }, []],
    [{ width: 1080, height: 2200 }, ['aspect_ratio']],
    [{ width: 1920, height: 1004 }, []],
    [{ width: 1920, height: 960 }, ['aspect_ratio']],
    [{ codec: 'AV1' }, ['codec']],
    [{ codec: 'H.265' }, []],
    [{ hasVideo: false }, ['no_video']],
  ])('for %o are broken: %o', (change, names) => {
    expect(brokenBy(change)).toEqual(names);
  });
});
