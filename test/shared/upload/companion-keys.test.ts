import { describe, expect, it } from 'vitest';
import { coverKeysOf, isCompanionKey, sidecarKeyOf } from '../../../shared/upload/companion-keys.ts';

describe('isCompanionKey', () => {
  it.each([
    'clip.mp4.json',
    'clip.mov.jpg',
    'clip.m4v.jpeg',
    'clip.mp4.png',
    'brand-a/spring clip.MP4.json',
    'clip.mp4.JPG',
    'clip.mp4.mp4.json',
  ])('is true for %s', (key) => expect(isCompanionKey(key)).toBe(true));

  it.each([
    'clip.mp4',
    'clip.json',
    'clip.webm.json',
    'clip.mp4.json.mp4',
    'clip.mp4.json/part.mp4',
    'clip.mp4.json.bak',
    'clip.mp4json',
    'clipmp4.json',
    'clip.mp4.gif',
    'clip.mp4.json\n',
  ])('is false for %j', (key) => expect(isCompanionKey(key)).toBe(false));

  it('is true for every key that a video can have beside it', () => {
    for (const video of ['clip.mp4', 'a/b.MOV', 'c.m4v'])
      for (const key of [sidecarKeyOf(video), ...coverKeysOf(video)]) expect(isCompanionKey(key ?? '')).toBe(true);
  });
});

describe('sidecarKeyOf', () => {
  it('appends .json to the key of a video, in any case', () => {
    expect(sidecarKeyOf('brand-a/clip 1.mp4')).toBe('brand-a/clip 1.mp4.json');
    expect(sidecarKeyOf('CLIP.MOV')).toBe('CLIP.MOV.json');
  });

  it('is undefined for a key that does not end like a video', () => {
    expect(sidecarKeyOf('clip.webm')).toBeUndefined();
    expect(sidecarKeyOf('clip')).toBeUndefined();
    expect(sidecarKeyOf('clip.mp4.json')).toBeUndefined();
  });

  it('is undefined when the key would be longer than the 1,024 bytes of S3', () => {
    expect(sidecarKeyOf(`${'ü'.repeat(507)}x.mp4`)).toHaveLength(507 + 1 + 9);
    expect(sidecarKeyOf(`${'ü'.repeat(508)}.mp4`)).toBeUndefined();
  });
});

describe('coverKeysOf', () => {
  it('lists the possible covers in the order in which they are looked for', () => {
    expect(coverKeysOf('clip.mp4')).toEqual(['clip.mp4.jpg', 'clip.mp4.jpeg', 'clip.mp4.png']);
  });

  it('is empty for a key that does not end like a video', () => {
    expect(coverKeysOf('clip.mp4.jpg')).toEqual([]);
  });

  it('leaves out keys that would be too long for S3', () => {
    expect(coverKeysOf(`${'x'.repeat(1016)}.mp4`)).toEqual([
      `${'x'.repeat(1016)}.mp4.jpg`,
      `${'x'.repeat(1016)}.mp4.png`,
    ]);
  });
});
