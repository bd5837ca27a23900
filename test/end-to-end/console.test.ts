import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { freePort } from '../harness/free-port.ts';
import { npmStart, type Run, stateDirectory, whereTo } from '../harness/npm-start.ts';
import { useChromium } from '../infra/local/console/chromium.ts';

const CLIP = fileURLToPath(new URL('../../infra/local/pinterest/sample-clip.mp4', import.meta.url));

const chromium = useChromium();

async function consoleOf(run: Run): Promise<string> {
  await whereTo(run);
  return /console\s+(http:\S+)/.exec(run.stderr())?.[1] ?? '';
}

describe('npm start, with its console', () => {
  it('uploads a file that is dropped on the page, and shows that it succeeded, also after a restart', async () => {
    const directory = await stateDirectory();
    // Choose a port that no other process takes between the two runs.
    await mkdir(join(directory, 'simulator'));
    await writeFile(join(directory, 'simulator/console-port'), String(await freePort()));
    const first = npmStart([], directory);
    const url = await consoleOf(first);
    const page = await chromium.open(url);
    await page.getByText('No files yet.').waitFor();
    await page.locator('#files').setInputFiles(CLIP);
    const row = page.locator('#rows > li');
    await row.locator('.state').getByText('Succeeded').waitFor();
    await page.locator('#announcement').getByText('clip.mp4 succeeded.').waitFor();
    await first.until(() => first.events().length === 1);
    const [event] = first.events();
    await row.locator('summary').click();
    expect(JSON.parse(await row.locator('pre').innerText())).toEqual(event);
    expect(await row.locator('.entered li').allInnerTexts()).toContainEqual(expect.stringContaining('Ask Pinterest'));
    expect(await row.locator('.log tbody tr').first().innerText()).toContain('drop received');

    first.process.kill('SIGINT');
    expect(await first.ended).toBe(130);
    await page.getByText('The connection to npm start is lost').waitFor();
    const second = npmStart([], directory);
    expect(await consoleOf(second)).toBe(url);
    await page.getByText('The connection to npm start is lost').waitFor({ state: 'hidden' });
    await page.reload();
    await row.locator('.state').getByText('Succeeded').waitFor();
    await row.locator('summary').click();
    expect(JSON.parse(await row.locator('pre').innerText())).toEqual(event);
    await row.getByText('No log lines since npm start was started.').waitFor();
  });

  it('shows why a file failed, and starts a new attempt that succeeds', async () => {
    const run = npmStart([], await stateDirectory());
    const page = await chromium.open(await consoleOf(run));
    await page.getByRole('switch', { name: 'Refuse the next file' }).click();
    await page.getByRole('button', { name: 'Use a sample clip' }).click();
    const failed = page.locator('#rows > li', { has: page.locator('[data-state="failed"]') });
    await failed.locator('summary').click();
    await failed.getByText('registration_refused', { exact: true }).waitFor();
    await failed.locator('.failure').getByText('Check that the token has the scopes').waitFor();
    await failed.getByRole('button', { name: 'Retry' }).click();
    // The new attempt has its own row, and the page moves the focus to it.
    const retried = page.locator('#rows > li', { has: page.locator('.row[open]:not([data-state="failed"])') });
    await retried.locator('.state').getByText('Succeeded').waitFor();
    expect(await page.locator(':focus .name').innerText()).toBe('sample.mp4');
    expect(await page.getByRole('radio', { name: 'Failed 1' }).count()).toBe(1);
    await run.until(() => run.events().length > 1);
    expect(run.events().map(({ detail }) => detail.status)).toEqual(['failed', 'succeeded']);
  });

  it('serves no console with --no-console', async () => {
    const run = npmStart(['--no-console'], await stateDirectory());
    await whereTo(run);
    expect(run.stderr()).not.toContain('console');
  });
});
