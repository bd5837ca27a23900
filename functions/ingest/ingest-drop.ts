import type { DroppedObject, FinalEventDetail, KnownFailure } from '../../shared/events/events.ts';
import type { FormUpload } from '../../shared/pinterest/form-upload.ts';
import type { Drop } from '../../shared/upload/drop.ts';
import { finalEvent, recordOf, type UploadRecord } from '../../shared/upload/execution.ts';
import type { Executions } from '../aws/executions.ts';
import type { RateLimitGate } from '../aws/rate-limit-gate.ts';
import { type Blame, decide, type RetryPolicy } from '../outcome/decide.ts';
import { faultOf } from '../outcome/fault.ts';
import { firstWaitSeconds, type ProcessedFile } from '../poll/question-times.ts';
import type { Verdict } from './inspection/inspect-video.ts';
import { registerMedia } from './register-media.ts';
import { type UploadPorts, uploadDrop } from './upload-drop.ts';

export interface IngestPorts extends UploadPorts {
  executions: Executions;
  gate: RateLimitGate;
  /** Looks inside the object before anything is registered. */
  inspect: (object: DroppedObject) => Promise<Verdict>;
  now: () => Date;
  /** How long Pinterest took for the last files. It never rejects. */
  recentFiles: () => Promise<ProcessedFile[]>;
  /** Told of each step, for the log. */
  onStep?: (step: IngestStep) => void;
}

export type IngestStep =
  | { step: 'inspected'; object: DroppedObject; verdict: Verdict }
  | { step: 'registered'; mediaId: string }
  | { step: 'uploaded'; mediaId: string };

export interface Attempt extends Pick<FormUpload, 'onProgress' | 'signal'> {
  /** Attempts made before this one, 0 for the first. */
  number: number;
  retryPolicy: RetryPolicy;
}

export type IngestOutcome =
  /** An execution of this upload was there before: nothing was done. */
  | { outcome: 'already-followed' }
  /** The file is with Pinterest and the execution follows it. */
  | { outcome: 'uploaded'; mediaId: string; upload: UploadRecord }
  /** The execution emits the final event of this failure. */
  | { outcome: 'failed'; failure: KnownFailure; blame: Blame; cause?: unknown; event: FinalEventDetail }
  /** Nothing was decided: the drop is to come again. */
  | { outcome: 'retry'; afterSeconds: number; because: string; blame: Blame; cause: unknown };

/**
 * Brings one drop to Pinterest, or finds out why that cannot be, and starts the execution that brings about its final
 * event. It may run any number of times, at once or after a crash: only one execution of the drop's name starts.
 * @throws only when an execution could neither be looked up nor started; then nothing was decided either
 */
export async function ingestDrop(drop: Drop, ports: IngestPorts, attempt: Attempt): Promise<IngestOutcome> {
  if (await ports.executions.exists(drop.uploadId)) return { outcome: 'already-followed' };
  const upload = recordOf(drop);
  const ended = await bring(drop, upload, ports, attempt);
  if (ended.outcome === 'retry') return ended;

  const followed = { upload, polls: 0, waitSeconds: 0 };
  if (ended.outcome === 'uploaded') {
    const { outcome, mediaId, waitSeconds } = ended;
    const started = await ports.executions.start({ ...followed, waitSeconds });
    return started ? { outcome, mediaId, upload } : { outcome: 'already-followed' };
  }
  const event = finalEvent(upload, 0, ports.now(), { status: 'failed', failure: ended.failure });
  const started = await ports.executions.start({ ...followed, finalEvent: event });
  return started ? { ...ended, event: event.detail } : { outcome: 'already-followed' };
}

type Ended =
  | { outcome: 'uploaded'; mediaId: string; waitSeconds: number }
  | { outcome: 'failed'; failure: KnownFailure; blame: Blame; cause?: unknown }
  | Extract<IngestOutcome, { outcome: 'retry' }>;

/** Fills in the upload's record as far as it gets. */
async function bring(drop: Drop, upload: UploadRecord, ports: IngestPorts, attempt: Attempt): Promise<Ended> {
  const { source, pinterest, gate, inspect, now, onStep } = ports;
  try {
    upload.object = await source.head(drop);
    const verdict = await inspect(upload.object);
    onStep?.({ step: 'inspected', object: upload.object, verdict });
    if (verdict.verdict === 'rejected') return { outcome: 'failed', failure: rejection(verdict), blame: 'file' };

    const registration = await registerMedia(pinterest, gate);
    const { mediaId } = registration;
    upload.mediaId = mediaId;
    upload.timeline.registeredAt = now().toISOString();
    onStep?.({ step: 'registered', mediaId });

    // Read during the upload: a crash between its end and the execution's start would send the file again.
    const recentFiles = ports.recentFiles();
    await uploadDrop(upload.object, registration, ports, attempt);
    upload.timeline.uploadedAt = now().toISOString();
    onStep?.({ step: 'uploaded', mediaId });
    return { outcome: 'uploaded', mediaId, waitSeconds: firstWaitSeconds(upload.object.size, await recentFiles) };
  } catch (cause) {
    const decision = decide(faultOf(cause), {
      attempt: attempt.number,
      ageSeconds: (now().getTime() - Date.parse(drop.droppedAt)) / 1000,
      ...attempt.retryPolicy,
    });
    const { blame } = decision;
    if (decision.action === 'fail') return { outcome: 'failed', failure: decision.failure, blame, cause };
    return { outcome: 'retry', afterSeconds: decision.afterSeconds, because: decision.because, blame, cause };
  }
}

const rejection = ({ message, fix }: Extract<Verdict, { verdict: 'rejected' }>): KnownFailure => ({
  reason: 'rejected_file',
  message: `${sentences(message)} ${fix === undefined ? 'Drop a file that fits.' : `Convert it with ${fix} and drop the result.`}`,
  retryable: false,
});

const sentences = (clauses: string) => `${clauses.replace(/(^|\. )[a-z]/g, (start) => start.toUpperCase())}.`;
