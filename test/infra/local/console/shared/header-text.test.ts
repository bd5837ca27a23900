import { expect, it } from 'vitest';
import { headerText } from '../../../../../infra/local/console/shared/header-text.ts';

it.each(['board 42', '', 'Frühling = schön', '春'])('encodes %j for a header as S3 does', (text) => {
  const [, encoded] = /^=\?UTF-8\?B\?(.*)\?=$/.exec(headerText(text)) ?? [];
  expect(headerText(text)).toMatch(/^[\x20-\x7e]*$/);
  expect(encoded === undefined ? headerText(text) : Buffer.from(encoded, 'base64').toString()).toBe(text);
});
