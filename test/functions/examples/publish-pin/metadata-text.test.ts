import { describe, expect, it } from 'vitest';
import { metadataText } from '../../../../functions/examples/publish-pin/metadata-text.ts';

describe('metadataText', () => {
  it.each([
    ['Spring', 'Spring'],
    ['=?UTF-8?B?RnLDvGhsaW5n?=', 'Frühling'],
    ['=?utf-8?q?Fr=C3=BChling_2026?=', 'Frühling 2026'],
    ['=?UTF-8?B?RnLDvGg=?= =?UTF-8?B?bGluZw==?=', 'Frühling'],
    ['a =?UTF-8?B?w7w=?= b', 'a ü b'],
    ['=?koi8-r?B?8NLJ18XU?=', '=?koi8-r?B?8NLJ18XU?='],
    ['1 =? 2', '1 =? 2'],
  ])('%s is %s', (value, text) => {
    expect(metadataText(value)).toBe(text);
  });
});
