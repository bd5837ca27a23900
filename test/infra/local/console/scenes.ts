import type { Page } from 'playwright-core';
import { startStagedConsole } from './staged-console.ts';
import type { StagedUpload } from './staged-uploads.ts';

export interface Scene {
  name: string;
  /** @returns the address of the console, and what is to be done with the page before it is looked at */
  set(): Promise<{ url: string; act?: (page: Page) => Promise<void> }>;
}

const MB = 1_000_000;
const PROCESSING_FAILED = {
  reason: 'processing_failed',
  message:
    'Pinterest could not process the video, and gives no reason. Re-encode it as H.264 in an MP4 and drop it again.',
  retryable: false,
} as const;
const REFUSED = {
  reason: 'registration_refused',
  message:
    'Pinterest refused to register the media (403, code 29). Check that the token has the scopes pins:read and pins:write and that the app has more than trial access, then retry the drop.',
  retryable: true,
} as const;
const REJECTED = {
  reason: 'rejected_file',
  message: 'The video is 2 s long, and Pinterest takes 4 s to 15 min. Drop a file that fits.',
  retryable: false,
} as const;

/** A morning's work: something in every state. */
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
  { key: 'spring/teaser.mp4', sizeBytes: 1.2 * MB, dropped: 260, ending: REJECTED },
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
    ending: PROCESSING_FAILED,
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
  { key: 'winter/advent-wreath.mp4', sizeBytes: 88 * MB, dropped: 5400, ending: REFUSED },
];

async function morning() {
  const console = await startStagedConsole({
    uploads: MORNING,
    secret: {
      accessToken: 'pina_staged',
      refreshToken: 'pinr_staged',
      accessTokenExpiresAt: new Date(Date.now() + 23.5 * 86_400_000).toISOString(),
    },
  });
  const ids = await uploadIds(console.url);
  const of = (key: string) => ids.get(key);
  console.log({ _aws: {}, QuotaLeft: [842] });
  console.log({ message: 'drop received', uploadId: of('summer/lemonade-three-ways.mp4') });
  console.log({
    message: 'to be tried again',
    uploadId: of('summer/lemonade-three-ways.mp4'),
    level: 'WARN',
    afterSeconds: 34,
    because: 'Pinterest asks to wait (429).',
  });
  console.log({ message: 'drop received', uploadId: of('summer/linen-dresses.mov') });
  console.log({
    message: 'registered',
    uploadId: of('summer/linen-dresses.mov'),
    mediaId: '50179549316501240048',
    timestamp: new Date(Date.now() - 46_000).toISOString(),
  });
  console.log({ message: 'uploading', uploadId: of('summer/linen-dresses.mov'), percent: 62 });
  for (const [seconds, message, details] of LINES) {
    const timestamp = new Date(Date.now() - 190_000 + seconds * 1000).toISOString();
    console.log({ uploadId: of('spring/raised-beds.mp4'), message, timestamp, ...details });
  }
  return console;
}

/** Of the file that succeeded: seconds since the drop, and what was logged then. */
const LINES: [number, string, object][] = [
  [0.4, 'drop received', { bucket: 'pindrop-dropbucket', size: 240_000_000, attempt: 0 }],
  [0.7, 'inspected', { verdict: { verdict: 'accepted' } }],
  [1.1, 'registered', { mediaId: '50179549316501240190' }],
  [20.2, 'uploading', { mediaId: '50179549316501240190', percent: 50, sentBytes: 120_000_000 }],
  [39.1, 'uploaded', { mediaId: '50179549316501240190' }],
  [82, 'not ended yet', { mediaId: '50179549316501240190', polls: 2, waitSeconds: 41 }],
  [123, 'ended', { mediaId: '50179549316501240190', polls: 3, status: 'succeeded' }],
];

/** What each file's upload is called, as the page is told. */
export async function uploadIds(url: string): Promise<Map<string, string>> {
  const response = await fetch(`${url}events`);
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

/** Every state that the page can be in, each as a person would come upon it. */
export const SCENES: Scene[] = [
  { name: 'empty', set: startStagedConsole },
  { name: 'rows', set: morning },
  { name: 'opened', set: async () => ({ ...(await morning()), act: opened('raised-beds') }) },
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
    name: 'lost',
    async set() {
      const console = await morning();
      return {
        url: console.url,
        async act(page) {
          await console.close();
          await page.getByText('The connection to npm start is lost').waitFor();
        },
      };
    },
  },
];
