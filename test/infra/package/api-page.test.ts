import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { apiPage } from '../../../infra/package/api-page.ts';
import { sharedPackage } from '../../harness/shared-parts.ts';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));

it('docs/api.md equals the output of npm run api', async () => {
  // This builds dist/, which the API page is made from.
  await sharedPackage();
  expect(readFileSync(`${PROJECT}docs/api.md`, 'utf8')).toBe(apiPage(`${PROJECT}dist`));
});
