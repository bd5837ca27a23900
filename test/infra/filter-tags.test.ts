import { describe, expect, it } from 'vitest';
import { filterOfTags, type KeyFilter, tagsOfFilter } from '../../infra/filter-tags.ts';

const tagList = (tags: Record<string, string>) => Object.entries(tags).map(([key, value]) => ({ key, value }));

describe('the filter in the tags of the state machine', () => {
  it.each<[string, KeyFilter]>([
    ['a prefix', { prefixes: ['pinterest/'], suffixes: [] }],
    ['suffixes', { prefixes: [''], suffixes: ['.mp4', '.MOV'] }],
    [
      'many long prefixes, with characters that a tag may not contain',
      {
        prefixes: Array.from({ length: 12 }, (_, at) => `brand "${at}" {ü,🌷}/${'x'.repeat(80)}/`),
        suffixes: ['.mp4'],
      },
    ],
  ])('is read as it was written, in any order: %s', (_, filter) => {
    const tags = tagsOfFilter(filter);
    for (const value of Object.values(tags)) expect(value).toMatch(/^[A-Za-z0-9+/=]{1,256}$/);
    const others = [{ key: 'pindrop:QueueUrl', value: 'https://sqs/queue' }];
    expect(filterOfTags([...others, ...tagList(tags).reverse()])).toEqual(filter);
  });

  it('needs no tag when every key is accepted', () => {
    const everyKey = { prefixes: [''], suffixes: [] };
    expect(tagsOfFilter(everyKey)).toEqual({});
    expect(filterOfTags([])).toEqual(everyKey);
  });
});
