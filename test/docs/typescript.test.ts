import { describe, expect, it } from 'vitest';
import { finalEventDetailSchema } from '../../shared/events/schema.ts';
import { inWords, page, pages } from './markdown.ts';
import { compiled, fileOf, moduleOf } from './typescript.ts';

const blocks = pages().flatMap((each) => each.blocks);

describe('the TypeScript on the pages', () => {
  const own = blocks.filter(({ language }) => language === 'ts');

  it('compiles in strict mode, each block as a separate module', async () => {
    expect(own.length).toBeGreaterThan(5);
    expect(await compiled(Object.fromEntries(own.map((block) => [fileOf(block), moduleOf(block)])))).toBe('');
  });

  it('fails the check when a block does not compile', async () => {
    const text =
      "import { onMediaUpload } from 'pindrop/events';\nonMediaUpload({ failed: ({ mediaId }) => tell(mediaId) });";
    expect(await compiled({ 'wrong.ts': moduleOf({ text }) })).toMatch(/^wrong\.ts\(2,\d+\): error TS/m);
  });
});

describe('the JSON on the pages', () => {
  const json = blocks
    .filter(({ language }) => language === 'json')
    .map((block) => [inWords(block), block.text] as const);

  it.each(json)('is well-formed: %s', (_place, text) => {
    expect(() => JSON.parse(text)).not.toThrow();
  });

  it('is a valid event in README, except for the omitted timestamps', () => {
    const [block] = page('README.md').blocks.filter(({ language }) => language === 'json');
    const instants = JSON.parse((block?.text ?? '').replace(/At": "…"/g, 'At": "2026-03-01T09:00:00Z"'));
    const { success, data } = finalEventDetailSchema.safeParse(instants.detail);
    expect(success).toBe(true);
    expect(data).toEqual(instants.detail);
  });
});
