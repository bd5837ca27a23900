import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished } from 'vitest';

const PATH = process.env['PINDROP_CHROMIUM'] ?? '/usr/bin/chromium';

/**
 * Chromium, for the tests of one file. Without it they fail, and say what to install: a page that was not looked at is not
 * known to work.
 */
export function useChromium(): { open(url: string, options?: BrowserContextOptions): Promise<Page> } {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (!existsSync(PATH)) {
      throw new Error(
        `There is no Chromium at ${PATH}, which the console's tests need. On Debian and Ubuntu: apt-get install chromium. Elsewhere: set PINDROP_CHROMIUM to the path of a Chromium or Chrome.`,
      );
    }
    browser = await chromium.launch({ executablePath: PATH, args: ['--no-sandbox'] });
  });
  afterAll(() => browser?.close());
  return {
    /** Opens the console and waits until it shows what there is. Nothing may go wrong in the page without a word. */
    async open(url, options = {}) {
      if (!browser) throw new Error('The browser is not there yet.');
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      // Only ends what hangs, a little before vitest would: then it is said what was waited for.
      context.setDefaultTimeout(600_000);
      const page = await context.newPage();
      const errors: Error[] = [];
      page.on('pageerror', (error) => errors.push(error));
      onTestFinished(async () => {
        await context.close();
        if (errors.length > 0) throw new AggregateError(errors, 'The page threw.');
      });
      await page.goto(url);
      await page.locator('body[data-ready]').waitFor();
      return page;
    },
  };
}
