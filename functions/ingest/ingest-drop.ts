import type { DroppedObject, FinalEventDetail, KnownFailure } from '../../shared/events/events.ts';
import type { FormUpload } from '../../shared/pinterest/form-upload.ts';
import { type Drop, objectUploadId } from '../../shared/upload/drop.ts';
import {
  type FinalEvent,
  type FollowedUpload,
  finalEvent,
  recordOf,
  type UploadRecord,
} from '../../shared/upload/execution.ts';
import type { Executions } from '../aws/executions.ts';
import { type Blame, backoffSeconds, decide, leastWaitSeconds, type RetryPolicy } from '../outcome/decide.ts';
import { faultOf, SourceError } from '../outcome/fault.ts';
import { firstWaitSeconds, type ProcessedFile } from '../poll/question-times.ts';
import type { AccountPorts } from './account-ports.ts';
import type { ObjectHead } from './drop-source.ts';
import type { Verdict } from './inspection/inspect-video.ts';
import { registerMedia, throwWhileClosed } from './register-media.ts';
import { rejection, wrongSidecar } from './rejection.ts';
import { type ReadSidecar, readSidecar } from './sidecar.ts';
import { type UploadPorts, uploadDrop } from './upload-drop.ts';

export interface IngestPorts extends UploadPorts, AccountPorts {
  executions: Executions;
  /** Inspects the object before a media is registered. */
  inspect: (object: DroppedObject) => Promise<Verdict>;
  /**
   * Finds the mistakes in the description of the Pin, one sentence for each. Undefined when nobody makes Pins of the
   * uploads.
   */
  pinProblems?: (upload: UploadRecord) => string[];
  now: () => Date;
  /** Processing times of the most recent files. Never rejects. */
  recentFiles: () => Promise<ProcessedFile[]>;
  /** Called after each step, for the log. */
  onStep?: (step: IngestStep) => void;
}

type IngestStep =
  | { step: 'identified'; objectUploadId: string }
  | { step: 'inspected'; object: DroppedObject; verdict: Verdict }
  | { step: 'registered'; mediaId: string }
  | { step: 'uploaded'; mediaId: string };

export interface Attempt extends Pick<FormUpload, 'onProgress' | 'signal'> {
  /** Attempts made before this one, 0 for the first. */
  number: number;
  retryPolicy: RetryPolicy;
  /** The upload of an earlier attempt that could not start its execution. */
  unstarted?: FollowedUpload;
}

export type IngestOutcome =
  /** The upload already has an execution, so nothing was done. */
  | { outcome: 'already-followed' }
  /** Pinterest has the file, and the execution follows the upload. */
  | { outcome: 'uploaded'; mediaId: string; upload: UploadRecord; waitSeconds: number }
  /** The upload failed. The execution emits the final event. */
  | { outcome: 'failed'; failure: KnownFailure; blame: Blame; cause?: unknown; event: FinalEventDetail }
  /** No outcome yet: the drop needs another attempt. */
  | Retry;

interface Retry {
  outcome: 'retry';
  afterSeconds: number;
  because: string;
  blame: Blame;
  cause: unknown;
  /**
   * The upload whose execution could not be started. The next attempt starts the execution and does not upload again.
   */
  unstarted?: FollowedUpload;
}

/**
 * Uploads one drop to Pinterest, or finds the reason why this is impossible. Then starts the execution that emits the
 * final event. It may run any number of times, in parallel or after a crash: only one execution of the drop's name
 * starts. Never throws.
 */
export async function ingestDrop(drop: Drop, ports: IngestPorts, attempt: Attempt): Promise<IngestOutcome> {
  if (attempt.unstarted) return follow(attempt.unstarted, endOf(attempt.unstarted), drop, ports, attempt);
  const upload = recordOf(drop, ports.account);
  const ended = await bring(drop, upload, ports, attempt);
  if (ended.outcome === 'retry' || ended.outcome === 'already-followed') return ended;

  const followed: FollowedUpload = { upload, polls: 0, waitSeconds: 0 };
  if (ended.outcome === 'uploaded') {
    followed.waitSeconds = ended.waitSeconds;
  } else followed.finalEvent = finalEvent(upload, 0, ports.now(), { status: 'failed', failure: ended.failure });
  return follow(followed, ended, drop, ports, attempt);
}

type Ended =
  | { outcome: 'uploaded'; mediaId: string; waitSeconds: number }
  | { outcome: 'failed'; failure: KnownFailure; blame: Blame; cause?: unknown };

/** Inspects, registers and uploads the file. Fills in the upload's record step by step. */
async function bring(
  drop: Drop,
  upload: UploadRecord,
  ports: IngestPorts,
  attempt: Attempt,
): Promise<Ended | Retry | { outcome: 'already-followed' }> {
  const { gate, inspect, now, onStep, executions } = ports;
  try {
    // The first attempt inspects the file even while the gate is closed, so that a file that Pinterest would not accept
    // fails at once. The later ones cost one request.
    if (attempt.number > 0) throwWhileClosed(await gate.state());
    if (await executions.exists(drop.uploadId)) return { outcome: 'already-followed' };
    const head = await headOf(drop, ports);
    if (!head) return { outcome: 'already-followed' };
    const { lastModified, ...object } = head;
    upload.object = object;
    if (drop.provisional && lastModified) {
      upload.uploadId = objectUploadId(object, lastModified);
      onStep?.({ step: 'identified', objectUploadId: upload.uploadId });
      if (await executions.exists(upload.uploadId)) return { outcome: 'already-followed' };
    }
    const verdict = await inspect(upload.object);
    onStep?.({ step: 'inspected', object: upload.object, verdict });
    const failure = await failureOf(upload, verdict, ports);
    if (failure) return { outcome: 'failed', failure, blame: 'file' };

    const registration = await registerMedia(ports);
    const { mediaId } = registration;
    upload.mediaId = mediaId;
    upload.timeline.registeredAt = now().toISOString();
    onStep?.({ step: 'registered', mediaId });

    // Read this during the upload, not after it. A crash between the end of the upload and the start of the execution
    // makes the next attempt upload the file again, so that interval must be short.
    const recentFiles = ports.recentFiles();
    await uploadDrop(upload.object, registration, ports, attempt);
    upload.timeline.uploadedAt = now().toISOString();
    onStep?.({ step: 'uploaded', mediaId });
    return { outcome: 'uploaded', mediaId, waitSeconds: firstWaitSeconds(upload.object.size, await recentFiles) };
  } catch (cause) {
    const decision = decide(faultOf(cause), {
      attempt: attempt.number,
      ageSeconds: ageSeconds(drop, now()),
      account: ports.account,
      ...attempt.retryPolicy,
    });
    const { blame } = decision;
    if (decision.action === 'fail') return { outcome: 'failed', failure: decision.failure, blame, cause };
    return { outcome: 'retry', afterSeconds: decision.afterSeconds, because: decision.because, blame, cause };
  }
}

/**
 * Reads the sidecar into the upload's record.
 * @returns the failure of a file that is not worth an upload: Pinterest would not accept it, its sidecar is wrong, or
 * its Pin could not be made
 */
async function failureOf(
  upload: UploadRecord,
  verdict: Verdict,
  { source, pinProblems = () => [] }: IngestPorts,
): Promise<KnownFailure | undefined> {
  const { key } = upload.object;
  const read: ReadSidecar | undefined = await readSidecar(upload.object, source).catch((error) => {
    // The failure of a file that Pinterest does not accept is certain, with or without its sidecar.
    if (verdict.verdict === 'rejected') return undefined;
    throw error;
  });
  if (read?.sidecar) upload.sidecar = read.sidecar;
  if (read && read.problem === undefined) return rejection(verdict, key, pinProblems(upload));
  return rejection(verdict, key, []) ?? wrongSidecar(read?.problem ?? '');
}

/**
 * The object's properties. The upload id of an object without version id is known only from these, so an object that was
 * deleted or overwritten after its upload is searched among the executions.
 * @returns undefined when an execution already followed the upload of this object
 */
async function headOf(drop: Drop, { source, executions }: IngestPorts): Promise<ObjectHead | undefined> {
  try {
    return await source.head(drop);
  } catch (error) {
    const isGone = error instanceof SourceError && (error.kind === 'missing' || error.kind === 'changed');
    if (isGone && drop.provisional && (await executions.existsForObject?.(drop))) return undefined;
    throw error;
  }
}

/** Starts the execution, whether the upload succeeded or failed. */
async function follow(
  followed: FollowedUpload,
  ended: Ended,
  drop: Drop,
  { executions, now }: IngestPorts,
  { number, retryPolicy }: Attempt,
): Promise<IngestOutcome> {
  const { upload, finalEvent: event } = followed;
  try {
    if (!(await executions.start(followed))) return { outcome: 'already-followed' };
  } catch (cause) {
    // Never give up here: without an execution, even the failure has no final event.
    const afterSeconds = Math.max(backoffSeconds(number, retryPolicy), leastWaitSeconds(ageSeconds(drop, now())));
    const because = "The upload's execution could not be started; the error says why.";
    return { outcome: 'retry', afterSeconds, because, blame: 'ours', cause, unstarted: followed };
  }
  if (ended.outcome === 'uploaded') return { ...ended, upload };
  return { ...ended, event: (event as FinalEvent).detail };
}

/** The outcome of an upload that an earlier attempt made. */
function endOf({ upload, waitSeconds, finalEvent: event }: FollowedUpload): Ended {
  if (event?.detail.status !== 'failed') return { outcome: 'uploaded', mediaId: upload.mediaId ?? '', waitSeconds };
  return { outcome: 'failed', failure: event.detail.failure as KnownFailure, blame: 'ours' };
}

const ageSeconds = ({ droppedAt }: Drop, now: Date) => (now.getTime() - Date.parse(droppedAt)) / 1000;
