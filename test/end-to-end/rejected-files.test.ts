import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startLocalPindrop } from '../harness/local-pindrop.ts';

const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
const clip = readFileSync(new URL('../../infra/local/pinterest/sample-clip.mp4', import.meta.url));
const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'), Buffer.alloc(2000, 7)]);
const MEGABYTE = 1024 ** 2;

describe('a file that Pinterest does not accept', () => {
  it('is rejected with the rule that it breaks, without a request to Pinterest', async () => {
    const pindrop = await startLocalPindrop({ settings: { maxFileBytes: MEGABYTE } });
    const files: [key: string, bytes: Buffer, message: RegExp][] = [
      ['picture.mp4', png, /a PNG image.*Pinterest accepts .*MP4/i],
      ['short.mp4', fixture('inspection/one-second.mp4'), /1 s long; Pinterest accepts 4 s to 15 min/],
      ['empty.mp4', Buffer.alloc(0), /empty/i],
      ['notes.mp4', Buffer.from('These are notes, and no video at all.'), /a text file/],
      [
        'cut off.mp4',
        clip.subarray(0, clip.length / 2),
        /is cut off: the end of the video is missing; Pinterest accepts whole files/,
      ],
      [
        'nothing but zeros.mp4',
        Buffer.alloc(3 * MEGABYTE),
        /3,145,728 bytes \(3\.1 MB\); Pinterest accepts at most 1,048,576 bytes \(1 MB\)/,
      ],
      ['old.mp4', fixture('inspection/mpeg4-part-2.mp4'), /MPEG-4.*Pinterest accepts H\.264 and H\.265/i],
      ['web.mp4', fixture('inspection/video.webm'), /WebM/i],
      ['tall.mp4', fixture('inspection/one-to-three.mp4'), /64 × 192 pixels, 1:3; Pinterest accepts 1:2 to 1\.91:1/],
      ['long.mp4', fixture('inspection/sixteen-minutes.mp4'), /16 min long; Pinterest accepts 4 s to 15 min/],
      ['song.mp4', fixture('inspection/sound.m4a'), /no video/],
    ];
    for (const [key, bytes, message] of files) {
      const event = await pindrop.finalEventOf(await pindrop.drop(key, bytes));
      expect(event, key).toMatchObject({
        status: 'failed',
        polls: 0,
        object: { key, size: bytes.length },
        failure: { reason: 'rejected_file', message: expect.stringMatching(message), retryable: false },
      });
      expect(event).not.toHaveProperty('mediaId');
    }
    expect(pindrop.simulator.requests).toEqual([]);
    expect(pindrop.events()).toHaveLength(files.length);
  });

  it('is uploaded anyway when inspection is switched off', async () => {
    const pindrop = await startLocalPindrop({ settings: { inspect: false } });
    const event = await pindrop.finalEventOf(await pindrop.drop('short.mp4', fixture('inspection/one-second.mp4')));
    expect(event.mediaId).toBeDefined();
  });
});
