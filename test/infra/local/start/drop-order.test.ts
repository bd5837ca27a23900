import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dropOrder } from '../../../../infra/local/start/drop-order.ts';

/** Orders files that exist in a directory. @param existing paths of the files; a slash at the end makes a directory */
async function ordered(existing: string[], given: string[]): Promise<string[]> {
  const directory = mkdtempSync(join(tmpdir(), 'pindrop-order-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  for (const path of existing) {
    mkdirSync(join(directory, path.endsWith('/') ? path : dirname(path)), { recursive: true });
    if (!path.endsWith('/')) writeFileSync(join(directory, path), '');
  }
  const order = await dropOrder(given.map((file) => join(directory, file)));
  return order.map((file) => relative(directory, file));
}

describe('the order of dropped files', () => {
  it.each<[string, string[], string[], string[]]>([
    ['a video alone', ['clip.mp4'], ['clip.mp4'], ['clip.mp4']],
    [
      'companions beside a video, before it',
      ['clip.mp4', 'clip.mp4.json', 'clip.mp4.jpg', 'clip.mp4.jpeg', 'clip.mp4.png', 'clip.json', 'other.mp4.json'],
      ['clip.mp4'],
      ['clip.mp4.json', 'clip.mp4.jpg', 'clip.mp4.jpeg', 'clip.mp4.png', 'clip.mp4'],
    ],
    [
      'a companion that is named as well, once',
      ['a.mov', 'a.mov.json'],
      ['a.mov', 'a.mov.json'],
      ['a.mov.json', 'a.mov'],
    ],
    [
      'a companion from another directory, instead of the one beside the video',
      ['a.mp4', 'a.mp4.json', 'other/a.mp4.json'],
      ['a.mp4', 'other/a.mp4.json'],
      ['other/a.mp4.json', 'a.mp4'],
    ],
    ['a companion alone', ['a.mp4.json'], ['a.mp4.json'], ['a.mp4.json']],
    ['a file that cannot have companions', ['a.bin', 'a.bin.json'], ['a.bin'], ['a.bin']],
    ['a directory with the name of a companion', ['a.mp4', 'a.mp4.json/'], ['a.mp4'], ['a.mp4']],
  ])('has %s', async (_what, existing, given, order) => {
    expect(await ordered(existing, given)).toEqual(order);
  });
});
