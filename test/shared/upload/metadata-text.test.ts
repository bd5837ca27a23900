import { describe, expect, it } from 'vitest';
import { metadataText } from '../../../shared/upload/metadata-text.ts';

describe('metadataText', () => {
  it.each([
    ['Spring', 'Spring'],
    ['=?UTF-8?B?RnLDvGhsaW5n?=', 'Frühling'],
    ['=?utf-8?q?Fr=C3=BChling_2026?=', 'Frühling 2026'],
    ['=?UTF-8?B?RnLDvGg=?= =?UTF-8?B?bGluZw==?=', 'Frühling'],
    ['a =?UTF-8?B?w7w=?= b', 'a ü b'],
    ['=?koi8-r?B?8NLJ18XU?=', '=?koi8-r?B?8NLJ18XU?='],
    ['1 =? 2', '1 =? 2'],
    // The bytes of one character are split over two encoded words.
    ['=?UTF-8?B?R3LDtsM=?= =?UTF-8?B?n2U=?=', 'Größe'],
    ['=?UTF-8?Q?Gr=C3=B6=C3?=\r\n =?UTF-8?Q?=9Fe?=', 'Größe'],
    ['=?UTF-8?Q?a=F0=9F?= =?UTF-8?B?jqw=?= b', 'a🎬 b'],
    // A header was sent as raw UTF-8: S3 reads it as Latin-1 and encodes the result.
    ['=?UTF-8?B?w4PCtg==?=', 'ö'],
    ['=?UTF-8?B?w4PChE3Dg8KEWsODwpXDg8KRIFMz?=', 'ÄMÄZÕÑ S3'],
    ['Mini\xc3\xb6', 'Miniö'],
    // Latin-1 text whose bytes are not valid UTF-8.
    ['caf\xe9', 'café'],
    ['=?UTF-8*de?Q?Gr=C3=B6=C3=9Fe?=', 'Größe'],
    ['=?UTF-8?Q??=', ''],
    // Bytes that are not UTF-8 and incomplete encoded words stay as they are.
    ['=?UTF-8?B?/w==?=', '=?UTF-8?B?/w==?='],
    ['=?UTF-8?B?w7w=', '=?UTF-8?B?w7w='],
    ['日本', '日本'],
  ])('decodes %s as %s', (value, text) => {
    expect(metadataText(value)).toBe(text);
  });
});
