import { describe, expect, it } from 'vitest';
import { mistypedField, PIN_FIELDS, pinFieldOf } from '../../../shared/pin/pin-fields.ts';

describe('pinFieldOf', () => {
  it('knows each name in every style', () => {
    for (const [field, names] of Object.entries(PIN_FIELDS))
      for (const name of names)
        for (const written of [name, name.replaceAll('_', '-'), name.toUpperCase(), name.replaceAll('_', '')])
          expect(pinFieldOf(written), written).toBe(field);
  });
});

describe('mistypedField', () => {
  it.each([
    ['tittle', 'title'],
    ['titel', 'title'],
    ['borad', 'board'],
    ['boards', 'board'],
    ['Desciption', 'description'],
    ['descritpion', 'description'],
    ['dominant_colour', 'dominant_color'],
    ['publishAd', 'publish_at'],
    ['cover_image_key_frame', undefined],
    ['campaign', undefined],
    ['subtitle', undefined],
    ['tags', undefined],
    ['lat', undefined],
    ['rank', undefined],
    ['mtime', undefined],
    ['duration', undefined],
    ['hashtags', undefined],
    ['action', undefined],
    ['title', undefined],
  ])('takes %s for %s', (written, meant) => {
    expect(mistypedField(written)).toBe(meant);
  });
});
