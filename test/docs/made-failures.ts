import { readFileSync } from 'node:fs';
import type { Executions } from '../../functions/aws/executions.ts';
import { type IngestPorts, ingestDrop } from '../../functions/ingest/ingest-drop.ts';
import { inspectVideo } from '../../functions/ingest/inspection/inspect-video.ts';
import { decide } from '../../functions/outcome/decide.ts';
import type { Fault, SourceFaultKind } from '../../functions/outcome/fault.ts';
import { pollMedia } from '../../functions/poll/poll-media.ts';
import { reportDeadLetter } from '../../functions/report-dead-letter/report-dead-letter.ts';
import type { Failure } from '../../shared/events/events.ts';
import { describedPin } from '../../shared/pin/described-pin.ts';
import type { MediaStatus } from '../../shared/pinterest/media.ts';
import { PinterestError } from '../../shared/pinterest/pinterest-error.ts';
import type { Drop } from '../../shared/upload/drop.ts';
import type { FollowedUpload } from '../../shared/upload/execution.ts';
import { movie } from '../functions/ingest/inspection/build-movie.ts';
import { machineDefinition, synthesized } from '../infra/stack/synthesized.ts';

const POLICY = { giveUpAfterSeconds: 24 * 3600, maxBackoffSeconds: 900 };
const DROPPED_AT = '2026-03-01T09:00:00.000Z';
const hoursLater = (hours: number) => new Date(Date.parse(DROPPED_AT) + hours * 3_600_000);

const drop: Drop = {
  uploadId: 'clip-mp4-0',
  bucket: 'bucket',
  key: 'clip.mp4',
  eTag: 'e',
  size: 1,
  droppedAt: DROPPED_AT,
};

/** No execution exists yet, and every start succeeds. */
const executions: Executions = {
  exists: async () => false,
  existsForObject: async () => false,
  start: async () => true,
};

/** Runs the code to create every failure that a final event can contain. */
export async function madeFailures(): Promise<Failure[]> {
  const failures = [...(await rejections()), ...refusals(), ...(await pollFailures()), ...(await brokenOnOurSide())];
  return failures.filter(({ message }, at) => failures.findIndex((each) => each.message === message) === at);
}

const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
const clip = readFileSync(new URL('../../infra/local/pinterest/sample-clip.mp4', import.meta.url));

/** One file for each inspection rule, and one that breaks two rules. */
const REJECTED: [bytes: Buffer, size?: number][] = [
  [Buffer.alloc(0)],
  [clip, 3 * 1024 ** 3],
  [fixture('inspection/video.webm')],
  [clip.subarray(0, clip.length - 100)],
  [fixture('inspection/sound.m4a')],
  [fixture('inspection/vp9.mp4')],
  [fixture('inspection/one-second.mp4')],
  [fixture('inspection/sixteen-minutes.mp4')],
  [fixture('inspection/one-to-three.mp4')],
  [movie({ tracks: [{ descriptions: [{ format: 'vp09', width: 960, height: 240 }] }] })],
];

/** One wrong sidecar of each kind. */
const WRONG_SIDECARS: Buffer[] = [
  Buffer.alloc(40_000, ' '),
  Buffer.alloc(0),
  Buffer.from('{"title": "Frühling"}', 'latin1'),
  Buffer.from('\ufeff{}', 'utf16le'),
  Buffer.from('{"title": "Spring",}'),
  Buffer.from('["Spring"]'),
  Buffer.from('{"board": 1234567890123456789}'),
  Buffer.from('{"title": "\\ud83c"}'),
  Buffer.from(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`),
];

/** A sidecar that describes a Pin wrongly. */
const WRONG_PIN = Buffer.from(JSON.stringify({ tittle: 'Spring', link: 'example.com' }));

const rejections = () =>
  Promise.all([
    ...REJECTED.map(([bytes, size = bytes.length]) => rejection(bytes, size)),
    ...WRONG_SIDECARS.map((sidecar) => rejection(clip, clip.length, sidecar)),
    rejection(clip, clip.length, WRONG_PIN, (upload) => describedPin(upload, {}, hoursLater(0)).problems),
  ]);

async function rejection(
  bytes: Buffer,
  size: number,
  sidecar?: Buffer,
  pinProblems?: IngestPorts['pinProblems'],
): Promise<Failure> {
  const unused = () => Promise.reject(new Error('A file that is rejected gets no further.'));
  const outcome = await ingestDrop(
    drop,
    {
      executions,
      source: {
        head: async () => ({ ...drop, size, metadata: {} }),
        readSidecar: async () => sidecar && { bytes: sidecar, size: sidecar.length },
        read: unused,
        open: unused,
      },
      inspect: () => inspectVideo({ size, read: async (start, end) => bytes.subarray(start, end) }),
      pinterest: { mediaCreate: unused, mediaGet: unused },
      pinProblems,
      gate: { state: unused, close: unused, open: unused },
      apiUrl: 'https://api.pinterest.com/v5',
      // Not called: a rejected file is never uploaded.
      recentFiles: async () => [],
      now: () => hoursLater(0),
    },
    { number: 0, retryPolicy: POLICY },
  );
  if (outcome.outcome !== 'failed') throw new Error(`It was to be rejected: ${JSON.stringify(outcome)}`);
  return outcome.failure;
}

const create = (status: number, code?: number, says?: string): Fault => ({
  at: 'media_create',
  kind: 'answer',
  status,
  code,
  says,
  scopeMissing: status === 401 && code === 3,
  unexpected: false,
});
const source = (kind: SourceFaultKind, answer: string, sidecar?: string): Fault => ({
  at: 'source',
  kind,
  answer,
  sidecar,
});
const upload = (status: number, s3Code: string): Fault => ({ at: 'upload', kind: 'answer', status, s3Code });

const ARCHIVED = "403 InvalidObjectState: The operation is not valid for the object's storage class";
const CUSTOMER_KEY =
  '400 InvalidRequest: The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.';
const SIDECAR = 'clip.mp4.json';

/** One fault of each kind. Temporary faults last longer than the give-up time. */
const FAULTS: Fault[] = [
  create(403, 29, 'You are not permitted to access that resource.'),
  create(400, 1),
  upload(400, 'EntityTooLarge'),
  upload(400, 'EntityTooSmall'),
  upload(403, 'SignatureDoesNotMatch'),
  { at: 'upload', kind: 'untrusted-host' },
  { at: 'source', kind: 'missing' },
  { at: 'source', kind: 'changed' },
  source('archived', ARCHIVED),
  source('customer-key', CUSTOMER_KEY),
  source('archived', ARCHIVED, SIDECAR),
  source('customer-key', CUSTOMER_KEY, SIDECAR),
  { at: 'token', kind: 'missing' },
  create(401, 2, 'Authentication failed.'),
  create(401, 3, 'Your token does not have sufficient permissions to perform this operation.'),
  create(429, 8),
  create(503),
  { ...create(200), unexpected: true } as Fault,
  { at: 'media_create', kind: 'no-answer' },
  { at: 'media_get', kind: 'answer', status: 403, code: 29, unexpected: false },
  { at: 'upload', kind: 'no-answer' },
  { at: 'upload', kind: 'too-slow', sentBytes: 1_400_000_000, sizeBytes: 2_000_000_000, seconds: 870 },
  upload(503, 'SlowDown'),
  { at: 'source', kind: 'broken' },
  source('denied', '403 AccessDenied: Access Denied'),
  source('denied', '403 AccessDenied: Access Denied', SIDECAR),
  source('refused', '400 KMS.DisabledException: The key is disabled.'),
  source('trouble', '503 SlowDown: Please reduce your request rate.'),
  { at: 'account', kind: 'paused', because: 'token', retryAfterSeconds: 60 },
  { at: 'account', kind: 'paused', because: 'outage', retryAfterSeconds: 60 },
  { at: 'account', kind: 'unknown' },
  { at: 'pindrop', kind: 'unknown' },
];

function refusals(): Failure[] {
  return FAULTS.map((fault) => {
    const account = fault.at === 'account' ? 'brand-a' : undefined;
    const decision = decide(fault, { attempt: 100, ageSeconds: POLICY.giveUpAfterSeconds, account, ...POLICY });
    if (decision.action !== 'fail') throw new Error(`It was to fail: ${JSON.stringify(fault)}`);
    return decision.failure;
  });
}

async function pollFailures(): Promise<Failure[]> {
  const notFound = new PinterestError('There is no such media.', { operation: 'media_get', status: 404 });
  const inTrouble = new PinterestError('Trouble.', { operation: 'media_get', status: 503 });
  return [
    await polled(async () => 'failed'),
    await polled(async () => 'processing'),
    await polled(async () => 'registered'),
    await polled(async () => Promise.reject(notFound)),
    await polled(async () => Promise.reject(inTrouble), { faults: 100, faultsSince: DROPPED_AT }, 24),
  ];
}

/** The failure that follows from Pinterest's response at the poll deadline or later. */
async function polled(
  mediaStatus: () => Promise<MediaStatus>,
  before: Partial<FollowedUpload> = { notFoundSince: DROPPED_AT },
  hours = 1,
): Promise<Failure> {
  const followed: FollowedUpload = {
    upload: {
      uploadId: drop.uploadId,
      mediaId: '5212',
      object: { ...drop, metadata: {} },
      timeline: { droppedAt: DROPPED_AT, uploadedAt: DROPPED_AT },
    },
    polls: 30,
    waitSeconds: 0,
    ...before,
  };
  const policy = { deadlineSeconds: 3600, retryPolicy: POLICY };
  const { finalEvent } = await pollMedia(followed, policy, {
    mediaStatus: async () => ({ status: await mediaStatus(), ageSeconds: 0 }),
    now: () => hoursLater(hours),
  });
  if (finalEvent?.detail.status !== 'failed') throw new Error('It was to fail.');
  return finalEvent.detail.failure;
}

async function brokenOnOurSide(): Promise<Failure[]> {
  const reported: Failure[] = [];
  for (const undelivered of [undefined, 'NO_PERMISSIONS']) {
    const detail = await reportDeadLetter(drop, { executions, now: () => hoursLater(24) }, { undelivered });
    if (detail?.status !== 'failed') throw new Error('The dead letter was not reported.');
    reported.push(detail.failure);
  }
  const { States } = machineDefinition(synthesized()) as {
    States: Record<string, { Parameters?: { failure?: Failure } }>;
  };
  const inMachine = Object.values(States).flatMap(({ Parameters }) => Parameters?.failure ?? []);
  return [...reported, ...inMachine];
}
