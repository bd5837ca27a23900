import type { Page } from 'playwright-core';
import { decide } from '../../../../functions/outcome/decide.ts';
import { mediaUploadFailedExamples } from '../../../../shared/events/examples.ts';
import { UPLOAD_LOG } from '../../../../shared/upload/upload-log.ts';
import { loopbackServer } from '../../../harness/loopback-server.ts';
import { keyHeaders, startStagedConsole } from './staged-console.ts';
import type { StagedUpload } from './staged-uploads.ts';

export interface Scene {
  name: string;
  /** @returns the URL of the console, and the actions on the page before the screenshot */
  set(): Promise<{ url: string; act?: (page: Page) => Promise<void> }>;
}

const MB = 1_000_000;
const { processing_failed, registration_refused, rejected_file } = mediaUploadFailedExamples;

/** A morning's work, with an upload in every state. */
const MORNING: StagedUpload[] = [
  { key: 'summer/beach-house-tour.mp4', sizeBytes: 184 * MB, dropped: 4 },
  { key: 'summer/lemonade-three-ways.mp4', sizeBytes: 96 * MB, dropped: 21 },
  { key: 'summer/linen-dresses.mov', sizeBytes: 412 * MB, dropped: 48 },
  { key: 'spring/tulip-bouquet.mp4', sizeBytes: 58 * MB, dropped: 75, queued: 0.4, uploading: 9, polls: 2 },
  {
    key: 'spring/raised-beds.mp4',
    sizeBytes: 240 * MB,
    dropped: 190,
    queued: 1.1,
    uploading: 38,
    processing: 84,
    polls: 3,
    ending: 'succeeded',
  },
  { key: 'spring/teaser.mp4', sizeBytes: 1.2 * MB, dropped: 260, ending: rejected_file.failure },
  {
    key: 'spring/easter-table.mp4',
    sizeBytes: 77 * MB,
    dropped: 420,
    queued: 62,
    uploading: 12,
    processing: 41,
    polls: 2,
    ending: 'succeeded',
  },
  {
    key: 'spring/garden-lights.mp4',
    sizeBytes: 133 * MB,
    dropped: 900,
    queued: 0.6,
    uploading: 21,
    processing: 97,
    polls: 4,
    ending: processing_failed.failure,
  },
  {
    key: 'spring/window-boxes.mp4',
    sizeBytes: 64 * MB,
    dropped: 1500,
    queued: 0.5,
    uploading: 10,
    processing: 33,
    polls: 2,
    ending: 'succeeded',
  },
  { key: 'winter/advent-wreath.mp4', sizeBytes: 88 * MB, dropped: 5400, ending: registration_refused.failure },
];

/** The function's decision after Pinterest answers a registration with 429. */
const rateLimited = decide(
  { at: 'media_create', kind: 'answer', status: 429, code: 8, retryAfterSeconds: 33, unexpected: false },
  { attempt: 0, ageSeconds: 1, giveUpAfterSeconds: 86_400, maxBackoffSeconds: 900, random: 0.2 },
);

/** Log lines: age in seconds, object key, message, details. */
const LINES: [number, string, string, object][] = [
  [20, 'summer/lemonade-three-ways.mp4', UPLOAD_LOG.received, {}],
  [1, 'summer/lemonade-three-ways.mp4', UPLOAD_LOG.retrying, { level: 'WARN', ...rateLimited }],
  [47, 'summer/linen-dresses.mov', UPLOAD_LOG.received, {}],
  [46, 'summer/linen-dresses.mov', UPLOAD_LOG.registered, { mediaId: '50179549316501240048' }],
  [1, 'summer/linen-dresses.mov', UPLOAD_LOG.uploading, { mediaId: '50179549316501240048', percent: 62 }],
  ...(
    [
      [189.6, UPLOAD_LOG.received, { bucket: 'pindrop-dropbucket', size: 240 * MB, attempt: 0 }],
      [189.3, UPLOAD_LOG.inspected, { verdict: { verdict: 'accepted' } }],
      [188.9, UPLOAD_LOG.registered, { mediaId: '50179549316501240190' }],
      [169.8, UPLOAD_LOG.uploading, { mediaId: '50179549316501240190', percent: 50, sentBytes: 120 * MB }],
      [150.9, UPLOAD_LOG.uploaded, { mediaId: '50179549316501240190' }],
      [150.8, UPLOAD_LOG.following, { mediaId: '50179549316501240190' }],
      [122.9, UPLOAD_LOG.processing, { mediaId: '50179549316501240190', polls: 1, waitSeconds: 28 }],
      [94.9, UPLOAD_LOG.processing, { mediaId: '50179549316501240190', polls: 2, waitSeconds: 28 }],
      [66.9, UPLOAD_LOG.ended, { mediaId: '50179549316501240190', polls: 3, status: 'succeeded' }],
    ] as const
  ).map(([ago, ...line]): [number, string, string, object] => [ago, 'spring/raised-beds.mp4', ...line]),
];

/** @param endpoint endpoint of the S3 that receives the files */
async function morning(endpoint?: string) {
  const console = await startStagedConsole({ uploads: MORNING, endpoint });
  const ids = await uploadIds(console.url);
  for (const [ago, key, message, details] of LINES) {
    const timestamp = new Date(Date.now() - ago * 1000).toISOString();
    console.log({ uploadId: ids.get(key), message, timestamp, ...details });
  }
  return console;
}

/** Upload ids by object key, from the snapshot that the page receives. */
async function uploadIds(url: string): Promise<Map<string, string>> {
  const response = await fetch(new URL('/events', url), { headers: keyHeaders(url) });
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += new TextDecoder().decode(chunk);
    if (/event: snapshot\ndata: .*\n\n/.test(text)) break;
  }
  const [, data = '{}'] = /event: snapshot\ndata: (.*)\n\n/.exec(text) ?? [];
  const { rows } = JSON.parse(data) as { rows: { key: string; uploadId: string }[] };
  return new Map(rows.map(({ key, uploadId }) => [key, uploadId]));
}

const opened = (key: string) => async (page: Page) => {
  await page.locator('summary', { hasText: key }).click();
  await page.locator('.row[open] .block').first().waitFor();
  await page.evaluate("document.querySelector('.row[open]').scrollIntoView()");
};

const FILES = ['gift-ideas', 'pumpkin-soup', 'leaf-garland'].map((name) => ({
  name: `${name}.mp4`,
  mimeType: 'video/mp4',
  buffer: Buffer.alloc(1024),
}));

/** The prefixes of two accounts. */
const BRANDS = { 'brand-a': 'spring/', 'brand-b': 'summer/' };

/** Every state of the page. Each is reached as a person would reach it. */
export const SCENES: Scene[] = [
  // The page only shows this endpoint. Nothing is sent to it.
  { name: 'empty', set: () => startStagedConsole({ endpoint: 'http://127.0.0.1:36521' }) },
  { name: 'rows', set: morning },
  { name: 'opened', set: async () => ({ ...(await morning()), act: opened('raised-beds') }) },
  {
    name: 'accounts',
    async set() {
      const uploads = MORNING.filter(({ key }) => !key.startsWith('winter/')).map((upload) => ({
        ...upload,
        account: upload.key.startsWith('spring/') ? 'brand-a' : 'brand-b',
        sidecar: { board: 'Spring', tags: ['garden', 'do it yourself'] },
      }));
      const { url } = await startStagedConsole({ accounts: BRANDS, uploads });
      return {
        url,
        async act(page) {
          await page.locator('#files').setInputFiles(FILES);
          await page.getByText('Choose the account first. Nothing was dropped.').waitFor();
          await opened('raised-beds')(page);
          await page.evaluate('scrollTo(0, 0)');
        },
      };
    },
  },
  { name: 'failed', set: async () => ({ ...(await morning()), act: opened('advent-wreath') }) },
  {
    name: 'faults',
    async set() {
      const console = await morning();
      console.faults.turn('rate-limit', true);
      console.faults.turn('slow-processing', true);
      return {
        url: console.url,
        async act(page) {
          const panel = page.locator('#faults details');
          if ((await panel.getAttribute('open')) === null) await panel.locator('summary').click();
        },
      };
    },
  },
  {
    name: 'no-match',
    set: async () => ({ ...(await morning()), act: (page) => page.getByRole('searchbox').fill('no such file') }),
  },
  {
    name: 'refused',
    async set() {
      const message = '<Error><Message>We encountered an internal error. Please try again.</Message></Error>';
      const endpoint = await loopbackServer((request, response) => {
        request.resume().on('end', () => response.writeHead(500).end(message));
      });
      return {
        ...(await morning(endpoint)),
        async act(page) {
          await page.locator('#files').setInputFiles(FILES);
          await page.getByText('3 files did not reach the bucket.').waitFor();
        },
      };
    },
  },
  {
    name: 'lost',
    async set() {
      const console = await morning();
      return {
        url: console.url,
        async act(page) {
          await console.close();
          await page.getByText('The connection to npm start is lost').waitFor();
          // These files wait until npm start answers.
          await page.locator('#files').setInputFiles(FILES);
          await page.getByText('as soon as npm start answers').waitFor();
        },
      };
    },
  },
];
