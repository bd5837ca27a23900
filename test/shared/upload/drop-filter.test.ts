import { describe, expect, it } from 'vitest';
import { type DropFilter, whyIgnored } from '../../../shared/upload/drop-filter.ts';

const why = (key: string, filter: Partial<DropFilter> = {}, bucket = 'videos') =>
  whyIgnored({ bucket, key }, { bucket: 'videos', prefixes: [''], suffixes: [], ...filter });

describe('whyIgnored', () => {
  it.each<[string, Partial<DropFilter>]>([
    ['anything at all', {}],
    ['clip.mp4', { suffixes: ['.mp4', '.mov'] }],
    ['CLIP.MOV', { suffixes: ['.mp4', '.mov'] }],
    ['clip.mov', { suffixes: ['.MOV'] }],
    ['.mp4', { suffixes: ['.mp4'] }],
    ['brand-a/clip.mp4', { prefixes: ['brand-a/'] }],
    ['brand-b/clip.mp4', { prefixes: ['brand-a/', 'brand-b/'] }],
    ['für alle+/clip.MP4', { prefixes: ['für alle+/'], suffixes: ['.mp4'] }],
  ])('is undefined for %s with %j', (key, filter) => {
    expect(why(key, filter)).toBeUndefined();
  });

  it.each<[string, Partial<DropFilter>, string]>([
    ['clip.jpg', { suffixes: ['.mp4', '.mov'] }, 'The key does not end in .mp4 or .mov.'],
    ['clip.mp4.part', { suffixes: ['.mp4'] }, 'The key does not end in .mp4.'],
    ['clip', { suffixes: ['.mp4'] }, 'The key does not end in .mp4.'],
    ['other/clip.mp4', { prefixes: ['brand-a/'] }, 'The key does not start with brand-a/.'],
    // A key is case-sensitive, and so is a prefix.
    ['Brand-a/clip.mp4', { prefixes: ['brand-a/', 'brand-b/'] }, 'The key does not start with brand-a/ or brand-b/.'],
    ['other/clip.jpg', { prefixes: ['brand-a/'], suffixes: ['.mp4'] }, 'The key does not start with brand-a/.'],
  ])('says why %s is ignored with %j', (key, filter, reason) => {
    expect(why(key, filter)).toBe(reason);
  });

  it('says that an object is in another bucket', () => {
    expect(why('clip.mp4', {}, 'archive')).toBe('The object is in the bucket archive, not in videos.');
  });
});
