import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { loopbackServer, type ReceivedRequest, received } from '../../../harness/loopback-server.ts';
import { useChromium } from './chromium.ts';
import { startStagedConsole } from './staged-console.ts';
import type { StagedUpload } from './staged-uploads.ts';

const chromium = useChromium();

const rows = (page: Page) => page.locator('#rows > li');
const rowOf = (page: Page, key: string) => rows(page).filter({ hasText: key });
const succeeded: Partial<StagedUpload> = { queued: 0.1, uploading: 1, processing: 5, ending: 'succeeded' };

/** Two hundred uploads. Every tenth has failed. */
const TWO_HUNDRED = Array.from({ length: 200 }, (_, index): StagedUpload => {
  const about = {
    key: `clip ${String(index).padStart(3, '0')}.mp4`,
    sizeBytes: 1_000_000 + index,
    dropped: index * 10,
  };
  const failure = {
    reason: 'gave_up',
    message: 'Pinterest did not answer for a day. Retry the drop.',
    retryable: true,
  } as const;
  return index % 10 === 0 ? { ...about, ending: failure } : { ...about, ...succeeded };
});

/** A fake S3 that answers the first puts with these statuses, and all later puts with 200. */
async function s3(statuses: number[]) {
  const puts: ReceivedRequest[] = [];
  const endpoint = await loopbackServer(async (request, response) => {
    const { path, ...put } = await received(request);
    // The SDK adds the operation's name as a query.
    puts.push({ ...put, path: path.replace(/\?.*/, '') });
    const status = statuses.shift() ?? 200;
    response.writeHead(status).end(status === 200 ? '' : '<Error><Message>The disk is full.</Message></Error>');
  });
  return { endpoint, puts };
}

const video = (name: string, text = 'some bytes') => ({ name, mimeType: 'video/mp4', buffer: Buffer.from(text) });

describe('the rows', () => {
  it('stay usable when there are two hundred: the page shows a hundred, filters them and opens one', async () => {
    const page = await chromium.open((await startStagedConsole({ uploads: TWO_HUNDRED })).url);
    await expect.poll(() => rows(page).count()).toBe(100);
    await page.getByRole('button', { name: 'Show 100 more of 200' }).click();
    expect(await rows(page).count()).toBe(200);
    await page.locator('#states label', { hasText: 'Failed 20' }).click();
    expect(await rows(page).count()).toBe(20);
    await page.getByRole('searchbox').fill('CLIP 15');
    expect(await rows(page).allTextContents()).toEqual([expect.stringContaining('clip 150.mp4')]);
    await page.locator('#states label', { hasText: 'All 10' }).click();
    expect(await rows(page).count()).toBe(10);
    await rowOf(page, 'clip 155.mp4').locator('summary').click();
    await rowOf(page, 'clip 155.mp4').getByText('"detail-type": "Media Upload Succeeded"').waitFor();
    await page.getByRole('searchbox').fill('nothing is called this');
    await page.getByRole('button', { name: 'Show all' }).click();
    expect(await rows(page).count()).toBe(100);
  });

  it('change when a function logs a line about their upload', async () => {
    const console = await startStagedConsole({ uploads: [{ key: 'clip.mp4', sizeBytes: 5_000_000, dropped: 2 }] });
    const page = await chromium.open(console.url);
    const row = rowOf(page, 'clip.mp4');
    await row.getByText('In the queue').waitFor();
    const uploadId = await row
      .locator('summary')
      .click()
      .then(() => row.locator('dt:text-is("upload") + dd code').innerText());
    console.log({ uploadId, message: 'registered', mediaId: '5017' });
    await row.locator('.state').getByText('Registered').waitFor();
    console.log({ uploadId, message: 'uploading', percent: 40 });
    await row.getByText('Uploading 40 %').waitFor();
    console.log({ uploadId, message: 'to be tried again', afterSeconds: 300, because: 'The connection broke.' });
    await row
      .locator('.situation')
      .getByText(/Next attempt (in .*|now): The connection broke\./)
      .waitFor();
    // A row can cut off the reason. The open part shows all of it.
    await row.locator('.block').first().getByText('The connection broke.').waitFor();
    // The open part shows the new line, too.
    await row.getByRole('cell', { name: 'to be tried again' }).waitFor();
  });

  it('stay while they are open, even if they no longer match the filter; the final status is announced', async () => {
    const upload: StagedUpload = { key: 'clip.mp4', sizeBytes: 5_000_000, dropped: 9, queued: 1, uploading: 2 };
    const console = await startStagedConsole({ uploads: [upload] });
    const page = await chromium.open(console.url);
    await page.locator('#states label', { hasText: 'Processing 1' }).click();
    await rows(page).locator('summary').click();
    await rows(page).getByText('The final event appears when the upload has ended.').waitFor();
    const [{ name: executionName } = { name: '' }] = console.records.executions(1);
    console.restage([{ ...upload, processing: 3, ending: 'succeeded' }]);
    console.observe({ kind: 'execution-ended', executionName, status: 'SUCCEEDED' });
    await page.locator('#states label', { hasText: 'Processing 0' }).waitFor();
    await rows(page).getByText('"detail-type": "Media Upload Succeeded"').waitFor();
    await page.locator('#announcement').getByText('clip.mp4 succeeded.').waitFor();
    // A new choice of state removes the row.
    await page.locator('#states label', { hasText: 'Failed 0' }).click();
    await page.getByText('No upload matches.').waitFor();
    await page.locator('#announcement').getByText('No upload matches.').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    expect(await page.locator(':focus').getAttribute('id')).toBe('name');
  });

  it('keep the scroll position and the focus when they are redrawn', async () => {
    const console = await startStagedConsole({ uploads: [{ key: 'clip.mp4', sizeBytes: 5_000_000, dropped: 2 }] });
    const page = await chromium.open(console.url);
    await rows(page).locator('summary').click();
    const uploadId = await rows(page).locator('dt:text-is("upload") + dd code').innerText();
    for (let line = 0; line < 60; line++) console.log({ uploadId, message: `line ${line}` });
    const log = page.getByRole('region', { name: 'Log lines' });
    await log.getByRole('cell', { name: 'line 59' }).waitFor();
    await log.focus();
    await page.keyboard.press('End');
    // Smooth scrolling takes several frames: the test waits until it has reached the end, and then reads the position.
    const scroll = () =>
      log.evaluate((region: { scrollTop: number; scrollHeight: number; clientHeight: number }) => ({
        top: region.scrollTop,
        below: Math.round(region.scrollHeight - region.clientHeight - region.scrollTop),
      }));
    await expect.poll(async () => (await scroll()).below).toBe(0);
    const { top } = await scroll();
    console.log({ uploadId, message: 'one more' });
    await log.getByRole('cell', { name: 'one more' }).waitFor();
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe('Log lines');
    expect((await scroll()).top).toBe(top);
  });

  it('move the focus to the first of the rows that "Show more" adds', async () => {
    const page = await chromium.open((await startStagedConsole({ uploads: TWO_HUNDRED })).url);
    await page.getByRole('button', { name: 'Show 100 more of 200' }).press('Enter');
    expect(await page.locator(':focus .name').innerText()).toBe('clip 100.mp4');
  });

  it('show targets that have not accepted an event yet, and reload when the next attempt is due', async () => {
    const console = await startStagedConsole({ uploads: TWO_HUNDRED.slice(1, 2) });
    console.records.deliveriesOf = () => [{ target: 'Rule/Target0', attempts: 2, dueAt: Date.now() + 1500 }];
    const page = await chromium.open(console.url);
    await rows(page).locator('summary').click();
    await page.getByText(/Rule\/Target0: tried 2×, again in \d s/).waitFor();
    console.records.deliveriesOf = () => [];
    await page.getByText('Not delivered yet').waitFor({ state: 'detached' });
  });

  it('keep the message of a failed retry when they are redrawn, and link the new attempt', async () => {
    const refused: StagedUpload = { ...TWO_HUNDRED[0], key: 'clip.mp4', sizeBytes: 1, dropped: 60, version: 'one' };
    const console = await startStagedConsole({ uploads: [refused] });
    const page = await chromium.open(console.url);
    await rows(page).locator('summary').click();
    const retry = page.getByRole('button', { name: 'Retry' });
    await retry.press('Enter');
    // The retry fails: no stack listens at the endpoint.
    const alert = page.locator('.failure .error').getByText('That did not work');
    await alert.waitFor();
    const uploadId = await rows(page).locator('dt:text-is("upload") + dd code').innerText();
    console.log({ uploadId, message: 'one more' });
    await page.getByRole('cell', { name: 'one more' }).waitFor();
    expect(await alert.isVisible()).toBe(true);
    expect(await page.locator(':focus').innerText()).toBe('Retry');
    console.restage([refused, { key: 'clip.mp4', sizeBytes: 1, dropped: 1, version: 'one' }]);
    const [message] = console.records.waiting();
    console.observe({ kind: 'put-notified', body: message?.body ?? '' });
    await page.getByText('Retried as').waitFor();
    expect(await retry.count()).toBe(0);
    await page.locator('.retried button').click();
    expect(await page.locator(':focus .situation').innerText()).toBe('In the queue');
  });

  it('show a name that contains markup as text', async () => {
    const key = '<img src=x onerror="document.title=1"><b>bold</b>.mp4';
    const page = await chromium.open(
      (await startStagedConsole({ uploads: [{ key, sizeBytes: 1, dropped: 5, ...succeeded }] })).url,
    );
    await page.locator('.name').getByText(key, { exact: true }).waitFor();
    await page.locator('summary', { hasText: key }).click();
    await page.locator('pre').waitFor();
    expect(await page.locator('#rows :is(img, b)').count()).toBe(0);
  });

  it('work by keyboard alone', async () => {
    const page = await chromium.open((await startStagedConsole({ uploads: TWO_HUNDRED.slice(0, 3) })).url);
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').innerText()).toBe('Skip to the uploads');
    await page.keyboard.press('Enter');
    // After the skip link, Tab reaches the name filter, the states and the rows.
    await page.keyboard.press('Tab');
    await page.keyboard.type('clip 00');
    await page.keyboard.press('Tab');
    for (let choice = 0; choice < 5; choice++) await page.keyboard.press('ArrowRight');
    expect(await page.getByRole('radio', { name: 'Succeeded' }).isChecked()).toBe(true);
    expect(await rows(page).count()).toBe(2);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('.row[open] pre').waitFor();
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').getAttribute('title')).toBe('Copy: upload id');
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe('States of the execution');
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').getAttribute('title')).toBe('Copy: Final event');
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe('Final event');
  });
});

describe('dropping', () => {
  it('puts the bytes into the bucket under the prefix, with metadata', async () => {
    const { endpoint, puts } = await s3([]);
    const page = await chromium.open((await startStagedConsole({ endpoint, prefix: 'pinterest/' })).url);
    await page.getByText('Metadata', { exact: true }).click();
    await page.getByRole('textbox', { name: 'One NAME=VALUE' }).fill('board=42\n\ntitle=Frühling = schön');
    await page.locator('#files').setInputFiles([video('clip ä+1.mp4')]);
    await expect.poll(() => puts.length).toBe(1);
    expect(puts[0]).toMatchObject({
      method: 'PUT',
      path: `/pindrop-dropbucket/pinterest/${encodeURIComponent('clip ä+1.mp4')}`,
    });
    expect(String(puts[0]?.body)).toBe('some bytes');
    expect(puts[0]?.headers).toMatchObject({
      'content-type': 'video/mp4',
      'x-amz-meta-board': '42',
      'x-amz-meta-title': `=?UTF-8?B?${Buffer.from('Frühling = schön').toString('base64')}?=`,
    });
    await page.locator('#transfers progress').waitFor({ state: 'hidden' });
  });

  it('accepts files that are dragged onto the page, and refuses a folder', async () => {
    const { endpoint, puts } = await s3([]);
    const page = await chromium.open((await startStagedConsole({ endpoint })).url);
    const dataTransfer = await page.evaluateHandle(`(() => {
      const dragged = new DataTransfer();
      for (const name of ['one.mp4', 'two.mp4', 'holiday']) dragged.items.add(new File(['some bytes'], name));
      // A script cannot drag a folder.
      DataTransferItem.prototype.webkitGetAsEntry = function () { return { isDirectory: this.getAsFile().name === 'holiday' }; };
      return dragged;
    })()`);
    await page.dispatchEvent('#rows', 'dragenter', { dataTransfer });
    await page.locator('body[data-dragging]').waitFor();
    await page.dispatchEvent('#rows', 'drop', { dataTransfer });
    await page.locator('body:not([data-dragging])').waitFor();
    await expect
      .poll(() => puts.map(({ path }) => path).sort())
      .toEqual(['/pindrop-dropbucket/one.mp4', '/pindrop-dropbucket/two.mp4']);
    await page.getByRole('alert').getByText('holiday: This is a folder. Drop the files in it instead.').waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await page.locator('.refused').waitFor({ state: 'hidden' });
    expect(await page.locator(':focus').getAttribute('id')).toBe('files');
  });

  it('drops nothing when a line is not NAME=VALUE, and quotes the line', async () => {
    const { endpoint, puts } = await s3([]);
    const page = await chromium.open((await startStagedConsole({ endpoint })).url);
    await page.getByText('Metadata', { exact: true }).click();
    await page.getByRole('textbox', { name: 'One NAME=VALUE' }).fill('board 42');
    await page.locator('#files').setInputFiles([video('clip.mp4')]);
    await page.getByText('“board 42” is not NAME=VALUE. Nothing was dropped.').waitFor();
    expect(puts).toEqual([]);
  });

  it('says why a file did not reach the bucket, and can try again', async () => {
    const { endpoint, puts } = await s3([507]);
    const page = await chromium.open((await startStagedConsole({ endpoint })).url);
    await page.locator('#files').setInputFiles([video('clip.mp4')]);
    await page
      .getByRole('alert')
      .getByText('clip.mp4: The bucket did not accept the file (The disk is full).')
      .waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => puts.length).toBe(2);
    await page.locator('.refused').waitFor({ state: 'hidden' });
  });
});

describe('dropping many', () => {
  it('shows one alert for all files that did not reach the bucket', async () => {
    const { endpoint, puts } = await s3([507, 507, 507]);
    const page = await chromium.open((await startStagedConsole({ endpoint })).url);
    await page.locator('#files').setInputFiles(['one.mp4', 'two.mp4', 'three.mp4'].map((name) => video(name)));
    await page.getByRole('alert').getByText('3 files did not reach the bucket.').waitFor();
    await page.getByText('two.mp4: The bucket did not accept the file (The disk is full).').waitFor();
    await page.getByRole('button', { name: 'Try all again' }).click();
    await expect.poll(() => puts.length).toBe(6);
    await page.locator('.refused').waitFor({ state: 'hidden' });
  });

  it('stops when it is cancelled', async () => {
    let begun = 0;
    let left = 0;
    const endpoint = await loopbackServer((request) => {
      begun++;
      request.on('close', () => left++).resume();
    });
    const page = await chromium.open((await startStagedConsole({ endpoint })).url);
    await page.locator('#files').setInputFiles(Array.from({ length: 5 }, (_, at) => video(`${at}.mp4`)));
    await page.getByText('0 of 5 files').waitFor();
    await expect.poll(() => begun).toBe(3);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.locator('#transfers progress').waitFor({ state: 'hidden' });
    expect(await page.locator('.refused').isVisible()).toBe(false);
    await expect.poll(() => left).toBe(3);
    expect(begun).toBe(3);
  });

  it('leaves dragged text to the browser', async () => {
    const page = await chromium.open((await startStagedConsole()).url);
    const prevented = (kind: string) =>
      page.evaluate(`(() => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(${kind === 'file' ? "new File(['some bytes'], 'one.mp4')" : "'some text', 'text/plain'"});
        return !document.body.dispatchEvent(new DragEvent('dragover', { dataTransfer, bubbles: true, cancelable: true }));
      })()`);
    expect(await prevented('text')).toBe(false);
    expect(await prevented('file')).toBe(true);
  });

  it('uploads nothing when the server answers the request for the sample clip with an error', async () => {
    const { endpoint, puts } = await s3([]);
    const page = await chromium.open((await startStagedConsole({ endpoint })).url);
    await page.route('**/sample.mp4', (route) => route.fulfill({ status: 500, json: { message: 'It broke.' } }));
    await page.getByRole('button', { name: 'Use a sample clip' }).click();
    await page.getByRole('alert').getByText('sample.mp4: It broke.').waitFor();
    expect(puts).toEqual([]);
  });
});

describe('without the key of npm start', () => {
  it('the page shows no uploads and says where to find the key; the full address unlocks it', async () => {
    const { url } = await startStagedConsole({ uploads: TWO_HUNDRED.slice(0, 1) });
    const page = await chromium.open(url);
    await rows(page).waitFor();
    expect(page.url()).not.toContain('key');
    await page.evaluate('sessionStorage.clear()');
    await page.reload();
    await page.getByText('Open the address that npm start printed').waitFor();
    expect(await rows(page).count()).toBe(0);
    await page.goto(url);
    await rows(page).waitFor();
    expect(await page.locator('#connection').innerText()).toBe('Live');
  });
});

describe('while npm start is not running', () => {
  it('files wait and are sent as soon as it runs again; closing the page asks for confirmation', async () => {
    const { endpoint, puts } = await s3([]);
    const first = await startStagedConsole({ endpoint });
    const page = await chromium.open(first.url);
    await first.close();
    await page.getByText('The connection to npm start is lost').waitFor();
    await page.locator('#files').setInputFiles([video('one.mp4'), video('two.mp4')]);
    await page.getByText('0 of 2 files, 0 bytes of 20 bytes, as soon as npm start answers').waitFor();
    const asked = page.waitForEvent('dialog');
    const closed = page.close({ runBeforeUnload: true });
    await (await asked).dismiss();
    await closed;
    await startStagedConsole({ endpoint, stateDirectory: first.stateDirectory });
    await expect.poll(() => puts.length).toBe(2);
    await page.locator('#transfers progress').waitFor({ state: 'hidden' });
  });

  it('waiting files are not sent to another Pinterest, and the page says so', async () => {
    const { endpoint, puts } = await s3([]);
    const first = await startStagedConsole({ endpoint, uploads: TWO_HUNDRED.slice(0, 1) });
    const page = await chromium.open(first.url);
    await rows(page).locator('summary').click();
    await first.close();
    await page.getByText('The connection to npm start is lost').waitFor();
    await page.locator('#files').setInputFiles([video('one.mp4')]);
    await page.getByText('as soon as npm start answers').waitFor();
    const target = { kind: 'pinterest', name: 'api.pinterest.com' } as const;
    await startStagedConsole({ endpoint, stateDirectory: first.stateDirectory, target });
    await page.getByText('npm start uploads to api.pinterest.com now, and has other files.').waitFor();
    await page.getByText('No files yet.').waitFor();
    await page.locator('#files').setInputFiles([video('two.mp4')]);
    await expect.poll(() => puts.map(({ path }) => path)).toEqual(['/pindrop-dropbucket/two.mp4']);
  });
});

describe('the faults', () => {
  it('can be switched on and off, and say what they cause', async () => {
    const console = await startStagedConsole();
    const page = await chromium.open(console.url);
    const slow = page.getByRole('switch', { name: 'Slow processing' });
    const on = () =>
      console.faults
        .switches()
        .filter((each) => each.on)
        .map(({ name }) => name);
    await slow.click();
    await page.locator('[role=switch][aria-checked=true]').waitFor();
    expect(on()).toEqual(['slow-processing']);
    await page.getByText('Pindrop polls Pinterest less and less often.').waitFor();
    await slow.click();
    await page.locator('[role=switch][aria-checked=true]').waitFor({ state: 'detached' });
    expect(on()).toEqual([]);
  });
});

describe('several Pinterest accounts', () => {
  const accounts = { 'brand-a': 'brand-a/', 'brand-b': 'b/' };
  const uploads: StagedUpload[] = [
    { key: 'brand-a/one.mp4', account: 'brand-a', sizeBytes: 5, dropped: 30, ...succeeded },
    { key: 'b/two.mp4', account: 'brand-b', sizeBytes: 5, dropped: 20, ...succeeded },
    // Without an execution, the key decides.
    { key: 'b/three.mp4', sizeBytes: 5, dropped: 10 },
  ];

  it('are shown in each row and in its details, and the rows can be filtered by them', async () => {
    const page = await chromium.open((await startStagedConsole({ accounts, uploads })).url);
    await expect
      .poll(() => rows(page).locator('.account').allTextContents())
      .toEqual(['brand-b', 'brand-b', 'brand-a']);
    await rowOf(page, 'one.mp4').locator('summary').click();
    await page.locator('dt:text-is("account") + dd').getByText('brand-a').waitFor();
    const filter = page.getByRole('combobox', { name: 'Show uploads of the account' });
    await filter.selectOption('brand-b');
    await page.locator('#states label', { hasText: 'All 2' }).waitFor();
    expect(await rows(page).locator('.name').allTextContents()).toEqual(['b/three.mp4', 'b/two.mp4']);
    await page.getByRole('searchbox').fill('one');
    await page.getByRole('button', { name: 'Show all' }).click();
    expect(await filter.inputValue()).toBe('');
    expect(await rows(page).count()).toBe(3);
  });

  it('are chosen for dropped files: the key gets the prefix of the account', async () => {
    const { endpoint, puts } = await s3([]);
    const page = await chromium.open((await startStagedConsole({ endpoint, accounts })).url);
    await page.locator('#files').setInputFiles([video('clip.mp4')]);
    await page.getByRole('alert').getByText('Choose the account first. Nothing was dropped.').waitFor();
    expect(await page.locator(':focus').getAttribute('id')).toBe('account');
    expect(puts).toEqual([]);
    await page.getByRole('combobox', { name: 'Pinterest account of the files' }).selectOption('brand-b');
    expect(await page.locator('#account-error').innerText()).toBe('');
    expect(await page.locator('#bucket').innerText()).toBe('pindrop-dropbucket/b/');
    await page.locator('#files').setInputFiles([video('clip.mp4')]);
    await expect.poll(() => puts.map(({ path }) => path)).toEqual(['/pindrop-dropbucket/b/clip.mp4']);
  });

  it('are not mentioned when there is only one', async () => {
    const { endpoint, puts } = await s3([]);
    const page = await chromium.open((await startStagedConsole({ endpoint, accounts: { only: 'o/' } })).url);
    await page.locator('body[data-ready]').waitFor();
    expect(await page.getByRole('combobox').count()).toBe(0);
    await page.locator('#files').setInputFiles([video('clip.mp4')]);
    await expect.poll(() => puts.map(({ path }) => path)).toEqual(['/pindrop-dropbucket/o/clip.mp4']);
  });

  it('appear above the rows with the one that has the least left', async () => {
    const inDays = (days: number) => new Date(Date.now() + (days + 0.5) * 86_400_000).toISOString();
    const console = await startStagedConsole({
      accounts,
      secrets: {
        'brand-a': { accessToken: 'pina_a', accessTokenExpiresAt: inDays(20) },
        'brand-b': { accessToken: 'pina_b', accessTokenExpiresAt: inDays(3) },
      },
    });
    const quota = (account: string, QuotaLeft: number) =>
      console.observe({
        kind: 'function-log',
        functionName: 'Pindrop-Ingest',
        line: JSON.stringify({ _aws: {}, account, QuotaLeft }),
      });
    quota('brand-a', 12);
    quota('brand-b', 900);
    const page = await chromium.open(console.url);
    const figure = (title: string) => page.locator('.figure', { hasText: title });
    await figure('Token').getByText('3 days').waitFor();
    await figure('Token').getByText('brand-b: not renewed').waitFor();
    await figure('Quota left').getByText('12').waitFor();
    await figure('Quota left').getByText('brand-a: requests that Pinterest still allows').waitFor();
  });
});

describe('files that the settings exclude', () => {
  it('are stored, and the page says that they are not uploaded', async () => {
    const { endpoint, puts } = await s3([]);
    const uploads = [
      { key: 'notes.txt', sizeBytes: 1, dropped: 5 },
      { key: 'CLIP.MP4', sizeBytes: 1, dropped: 5 },
    ];
    const page = await chromium.open((await startStagedConsole({ endpoint, uploads, suffixes: ['.mp4', '.mov'] })).url);
    await expect.poll(() => rows(page).locator('.name').allTextContents()).toEqual(['CLIP.MP4']);
    await page.locator('#files').setInputFiles([video('clip.avi'), video('other.MOV')]);
    await page
      .getByRole('status')
      .getByText('clip.avi is stored but not uploaded: only names that end in .mp4, .mov are uploaded.', {
        exact: true,
      })
      .waitFor();
    await expect.poll(() => puts.length).toBe(2);
  });
});

describe('companions of a video', () => {
  const companion = (name: string, mimeType: string) => ({ name, mimeType, buffer: Buffer.from('{}') });
  const sidecar = companion('clip.mp4.json', 'application/json');
  const cover = companion('clip.mp4.jpg', 'image/jpeg');
  const folder = '/pindrop-dropbucket';

  it('reach the bucket before their video, and get no metadata', async () => {
    const { endpoint, puts } = await s3([]);
    const page = await chromium.open((await startStagedConsole({ endpoint })).url);
    await page.getByText('Metadata', { exact: true }).click();
    await page.getByRole('textbox', { name: 'One NAME=VALUE' }).fill('board=42');
    await page.locator('#files').setInputFiles([video('clip.mp4'), sidecar, cover]);
    await expect.poll(() => puts.length).toBe(3);
    expect(
      puts
        .slice(0, 2)
        .map(({ path }) => path)
        .sort(),
    ).toEqual([`${folder}/clip.mp4.jpg`, `${folder}/clip.mp4.json`]);
    expect(puts[2]).toMatchObject({ path: `${folder}/clip.mp4`, headers: { 'x-amz-meta-board': '42' } });
    for (const put of puts.slice(0, 2)) expect(put.headers).not.toHaveProperty('x-amz-meta-board');
    expect(await page.locator('#stored').innerText()).toBe('');
  });

  it('hold their video back when they cannot be stored, and a second try sends both in order', async () => {
    const { endpoint, puts } = await s3([500]);
    const page = await chromium.open((await startStagedConsole({ endpoint })).url);
    await page.locator('#files').setInputFiles([video('clip.mp4'), sidecar]);
    await page.getByText('2 files did not reach the bucket.').waitFor();
    await page.getByText('clip.mp4: It waits for clip.mp4.json.').waitFor();
    expect(puts).toHaveLength(1);
    await page.getByRole('button', { name: 'Try all again' }).click();
    await expect.poll(() => puts.length).toBe(3);
    expect(puts.map(({ path }) => path)).toEqual([
      `${folder}/clip.mp4.json`,
      `${folder}/clip.mp4.json`,
      `${folder}/clip.mp4`,
    ]);
  });

  it('are stored without a video, and the page says that no row follows them', async () => {
    const { endpoint, puts } = await s3([]);
    const page = await chromium.open((await startStagedConsole({ endpoint })).url);
    await page.locator('#files').setInputFiles([sidecar]);
    await page
      .getByRole('status')
      .getByText('clip.mp4.json is stored. It gets no row of its own: drop its video, clip.mp4, next.')
      .waitFor();
    expect(puts.map(({ path }) => path)).toEqual([`${folder}/clip.mp4.json`]);
    await page.locator('#files').setInputFiles([video('clip.mp4')]);
    await expect.poll(() => puts.length).toBe(2);
    expect(await page.locator('#stored').innerText()).toBe('');
  });

  it('appear in the details: the sidecar is what the event has', async () => {
    const sidecarText = { board: 'Spring', tags: ['garden'] };
    const uploads = [{ key: 'clip.mp4', sizeBytes: 1, dropped: 9, sidecar: sidecarText, ...succeeded }];
    const page = await chromium.open((await startStagedConsole({ uploads })).url);
    await rows(page).locator('summary').click();
    const shown = page.getByRole('region', { name: 'Sidecar' }).locator('pre');
    expect(JSON.parse(await shown.innerText())).toEqual(sidecarText);
  });
});
