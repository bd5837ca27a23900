import { createHash } from 'node:crypto';
import type { WaitingMessage } from '../../../../infra/local/aws/stack-records.ts';
import type { ExecutionRow } from '../../../../infra/local/aws/step-functions/execution-table.ts';
import type { UploadRecords } from '../../../../infra/local/console/server/board.ts';
import type { Failure, KnownFailure, Sidecar } from '../../../../shared/events/events.ts';
import { type FollowedUpload, finalEvent } from '../../../../shared/upload/execution.ts';

const BUCKET = 'pindrop-dropbucket';
const ETAG = 'd41d8cd98f00b204e9800998ecf8427e';
const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:Pindrop-MediaStatusMachine';

export interface StagedUpload {
  key: string;
  /** The Pinterest account, as the execution records it. */
  account?: string;
  sidecar?: Sidecar;
  sizeBytes: number;
  /** Age of the drop in seconds. */
  dropped: number;
  /** Duration of each phase in seconds; undefined if the phase has not ended. */
  queued?: number;
  uploading?: number;
  processing?: number;
  /** Undefined while the upload is under way. */
  ending?: 'succeeded' | Failure;
  polls?: number;
  /** Version of the object; by default each upload has its own. */
  version?: string;
  /** For a message in flight: the reason, and in `visible` the seconds until the message is visible again. */
  inFlight?: WaitingMessage['inFlight'];
  visible?: number;
}

/** The records that a stack would keep about these uploads. */
export function stagedRecords(uploads: StagedUpload[], now: number = Date.now()): UploadRecords {
  const staged = uploads.map((upload) => stage(upload, now));
  const rows = staged.flatMap(({ row }) => row ?? []);
  const byId = new Map(rows.map((row) => [row.name, row]));
  const events = rows.flatMap((row) => envelopeOf(row) ?? []);
  const endings = { succeeded: 0, failed: 0 };
  for (const { ending } of uploads) if (ending) endings[ending === 'succeeded' ? 'succeeded' : 'failed']++;
  return {
    waiting: () => staged.flatMap(({ message }) => message ?? []),
    executions: (limit) => {
      const [running, ended] = [true, false].map((runs) =>
        rows.filter(({ status }) => (status === 'RUNNING') === runs),
      );
      return [
        ...(running ?? []),
        ...(ended ?? []).toSorted((a, b) => b.startedAt.localeCompare(a.startedAt)).slice(0, limit),
      ];
    },
    execution: (uploadId) => byId.get(uploadId),
    endings: () => endings,
    statesOf: (uploadId) => statesOf(byId.get(uploadId)),
    finalEventOf: (uploadId) => envelopeOf(byId.get(uploadId)),
    eventsOf: (uploadId) => events.filter(({ detail }) => uploadId === (detail as { uploadId: string }).uploadId),
    deliveriesOf: () => [],
    pinDueAt: () => undefined,
  };
}

const versionAt = (milliseconds: number) => `01a20bb9a8${Math.round(milliseconds).toString(16)}`;

const instant = (milliseconds: number) => new Date(milliseconds).toISOString();

function inQueue(
  { key, sizeBytes, dropped, version, inFlight, visible = 0 }: StagedUpload,
  now: number,
): WaitingMessage {
  const body = notification(key, sizeBytes, now - dropped * 1000, version);
  return inFlight === undefined ? { body } : { body, inFlight, visibleAt: now + visible * 1000 };
}

function stage(upload: StagedUpload, now: number): { message?: WaitingMessage; row?: ExecutionRow } {
  const {
    key,
    account,
    sidecar,
    sizeBytes,
    dropped,
    queued,
    uploading,
    processing,
    ending,
    polls = 0,
    version,
  } = upload;
  const droppedAt = now - dropped * 1000;
  if (queued === undefined && ending === undefined) return { message: inQueue(upload, now) };
  const hash = createHash('sha256').update(`${key} ${droppedAt}`).digest('hex').slice(0, 32);
  const name = `${key
    .split('/')
    .at(-1)
    ?.replace(/[^A-Za-z0-9]+/g, '-')}-${hash}`;
  const registeredAt = queued === undefined ? undefined : droppedAt + queued * 1000;
  const uploadedAt =
    registeredAt === undefined || uploading === undefined ? undefined : registeredAt + uploading * 1000;
  const followed: FollowedUpload = {
    upload: {
      uploadId: name,
      account,
      sidecar,
      object: {
        bucket: BUCKET,
        key,
        versionId: version ?? versionAt(droppedAt),
        eTag: ETAG,
        size: sizeBytes,
        contentType: 'video/mp4',
        metadata: { board: '42', title: 'Spring' },
      },
      timeline: {
        droppedAt: instant(droppedAt),
        ...(registeredAt === undefined ? {} : { registeredAt: instant(registeredAt) }),
        ...(uploadedAt === undefined ? {} : { uploadedAt: instant(uploadedAt) }),
      },
      ...(registeredAt === undefined
        ? {}
        : { mediaId: `5017954931650124${String(Math.round(dropped)).padStart(4, '0')}` }),
    },
    polls,
    waitSeconds: 12,
  };
  const row: ExecutionRow = {
    machineArn: MACHINE,
    name,
    input: JSON.stringify(followed),
    status: 'RUNNING',
    startedAt: instant(uploadedAt ?? droppedAt),
    stoppedAt: null,
    output: null,
    error: null,
    cause: null,
    state: 'Wait for Pinterest',
    stateInput: JSON.stringify(followed),
    stateEnteredAt: now - 3000,
  };
  if (ending === undefined) return { row };
  const endedAt = (uploadedAt ?? registeredAt ?? droppedAt) + (processing ?? 0.2) * 1000;
  const outcome =
    ending === 'succeeded'
      ? ({ status: ending } as const)
      : ({ status: 'failed', failure: ending as KnownFailure } as const);
  const event = finalEvent(followed.upload, polls, new Date(endedAt), outcome);
  return {
    row: {
      ...row,
      status: 'SUCCEEDED' as const,
      state: 'Ended',
      stoppedAt: instant(endedAt),
      stateEnteredAt: endedAt,
      output: JSON.stringify({ ...followed, finalEvent: event }),
    },
  };
}

const notification = (key: string, size: number, at: number, versionId = versionAt(at)) =>
  JSON.stringify({
    Records: [
      {
        eventSource: 'aws:s3',
        eventName: 'ObjectCreated:Put',
        eventTime: instant(at),
        s3: { bucket: { name: BUCKET }, object: { key: encodeURIComponent(key), size, eTag: ETAG, versionId } },
      },
    ],
  });

/** The states in order: for each poll, the machine waits, polls and decides. */
function statesOf(row: ExecutionRow | undefined) {
  if (!row) return [];
  const at = Date.parse(row.startedAt);
  const ended = row.stoppedAt === null ? undefined : Date.parse(row.stoppedAt);
  const { upload, polls }: FollowedUpload = JSON.parse(row.input);
  const until = ended ?? row.stateEnteredAt ?? at;
  const asked = Array.from({ length: polls }, (_, index) => at + ((until - at) * (index + 1)) / polls - 140);
  const follows = upload.timeline.uploadedAt !== undefined;
  const waits = follows ? [at + 1, ...asked.map((instant) => instant + 138)].slice(0, ended ? polls : polls + 1) : [];
  return [
    { state: 'Ended before it began?', enteredAt: at },
    ...waits.flatMap((instant, index) => [
      { state: 'Wait for Pinterest', enteredAt: instant },
      ...asked.slice(index, index + 1).flatMap((then) => [
        { state: 'Ask Pinterest', enteredAt: then },
        { state: 'Ended?', enteredAt: then + 137 },
      ]),
    ]),
    ...(ended === undefined ? [] : [{ state: 'Emit the final event', enteredAt: ended - 3 }]),
    ...(ended === undefined ? [] : [{ state: 'Ended', enteredAt: ended }]),
  ];
}

function envelopeOf(row: ExecutionRow | undefined) {
  const { finalEvent: event }: Partial<FollowedUpload> = JSON.parse(row?.output ?? '{}');
  if (!row || !event) return undefined;
  return {
    version: '0' as const,
    id: `7c9c1124-7361-4fc5-a602-${String(Date.parse(row.startedAt)).slice(-12)}`,
    'detail-type': event.detailType,
    source: 'pindrop',
    account: '000000000000',
    time: row.stoppedAt ?? '',
    region: 'us-east-1',
    resources: [`${MACHINE.replace(':stateMachine:', ':execution:')}:${row.name}`, MACHINE],
    detail: event.detail,
  };
}
