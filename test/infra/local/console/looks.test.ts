import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useChromium } from './chromium.ts';
import { SCENES } from './scenes.ts';

/** Folder for the screenshots that every run takes. `npm run screenshots` renews the screenshots of the docs. */
const PICTURES = process.env['PINDROP_SCREENSHOTS'] ?? 'test-results/screenshots';

const WIDTHS = [400, 1280];
const SCHEMES = ['light', 'dark'] as const;

const chromium = useChromium();

/** The README shows the rows in both widths and schemes. Other scenes need only a wide light and a narrow dark one. */
const isPictured = (name: string, width: number, scheme: string) =>
  name === 'rows' || (scheme === 'light') === (width === 1280);

/** The violations that axe finds with its default rules. */
async function findings(page: Page): Promise<string[]> {
  // The page's Content-Security-Policy blocks foreign scripts, but not scripts that the debugger evaluates.
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run(document)')) as axe.AxeResults;
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`));
}

describe.each(SCENES)('the console, $name', ({ name, set }) => {
  it.each(WIDTHS.flatMap((width) => SCHEMES.map((scheme) => [width, scheme] as const)))(
    'passes axe and fits into the window at %i px, %s',
    async (width, scheme) => {
      const { url, act } = await set();
      const page = await chromium.open(url, {
        viewport: { width, height: 900 },
        colorScheme: scheme,
        reducedMotion: 'reduce',
      });
      await act?.(page);
      expect(await findings(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      if (!isPictured(name, width, scheme)) return;
      await mkdir(PICTURES, { recursive: true });
      await page.screenshot({ path: join(PICTURES, `console-${name}-${scheme}-${width}.png`) });
    },
  );
});
