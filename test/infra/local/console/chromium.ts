import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { browserProgram } from '../../../harness/shared-parts.ts';

/** A browser for the tests of one file. Without a browser the tests fail: skipped tests would hide a broken page. */
export function useChromium(): { open(url: string, options?: BrowserContextOptions): Promise<Page> } {
  let browser: Browser | undefined;
  beforeAll(async () => {
    const { executablePath, environment } = await browserProgram();
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox'],
      env: { ...process.env, ...environment },
      // High, because it only stops a launch that hangs.
      timeout: 600_000,
    });
  });
  afterAll(() => browser?.close());
  return {
    /** Opens the console and waits until it shows the first snapshot. An uncaught error in the page fails the test. */
    async open(url, options = {}) {
      if (!browser) throw new Error('The browser is not there yet.');
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      // Below vitest's own timeout, so that a failure names the condition that was not met.
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
