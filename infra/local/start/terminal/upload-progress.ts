import { UPLOAD_LOG } from '../../../../shared/upload/upload-log.ts';
import { type UploadLogLine, uploadLogLine } from '../../console/shared/upload-log-line.ts';

/** The progress of an upload as the user sees it. */
export interface ShownUpload {
  uploadId: string;
  /** The object's key. */
  name: string;
  /** Progress of the upload to Pinterest, in percent. */
  percent: number;
  /** The current phase in a few words. */
  phase: string;
  /** Computes the phase when its text changes with time. @param now milliseconds since 1970 */
  phaseAt?: (now: number) => string;
}

const PHASES: Record<string, (line: UploadLogLine) => Pick<ShownUpload, 'phase' | 'phaseAt'> & { percent?: number }> = {
  [UPLOAD_LOG.received]: ({ attempt }) => ({
    phase: attempt ? `attempt ${Number(attempt) + 1}` : 'dropped',
  }),
  [UPLOAD_LOG.inspected]: () => ({ phase: 'inspected' }),
  [UPLOAD_LOG.registered]: ({ mediaId }) => ({ phase: `registered as media ${mediaId}`, percent: 0 }),
  [UPLOAD_LOG.uploading]: ({ percent }) => ({ phase: `uploading ${percent} %`, percent: Number(percent) }),
  [UPLOAD_LOG.uploaded]: () => ({ phase: 'uploaded', percent: 100 }),
  [UPLOAD_LOG.following]: processing,
  [UPLOAD_LOG.processing]: processing,
  [UPLOAD_LOG.retrying]: ({ afterSeconds, because }) => ({ phase: `${because} Next attempt in ${afterSeconds} s` }),
};

/** The phase while Pinterest processes the file: the time since the upload, the number of polls, and the next poll. */
function processing({ timestamp, sinceUploadSeconds, polls = 0, waitSeconds }: UploadLogLine) {
  const loggedAt = timestamp === undefined ? Date.now() : Date.parse(timestamp);
  const phaseAt = (now: number) => {
    const passed = (now - loggedAt) / 1000;
    const left = Math.ceil(Number(waitSeconds) - passed);
    const polled = polls === 0 ? 'not polled yet' : `polled ${polls}×`;
    const next = left > 0 ? `next in ${seconds(left)}` : 'polling';
    return `processing ${seconds(Number(sinceUploadSeconds) + passed)}, ${polled}, ${next}`;
  };
  return { phase: phaseAt(loggedAt), phaseAt, percent: 100 };
}

/** Formats a duration, for example `12 s` or `3 min 20 s`. */
function seconds(exact: number): string {
  const whole = Math.max(0, Math.floor(exact));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/**
 * Converts the functions' log lines to rows. As on AWS, the log is the source of an upload's progress.
 * @returns a function that takes a line and returns the changed row; undefined when the line is not about an upload
 */
export function uploadProgress(): (line: string) => ShownUpload | undefined {
  const rows = new Map<string, ShownUpload>();
  return (text) => {
    const line = uploadLogLine(text);
    const phase = line && PHASES[line.message]?.(line);
    if (!line || !phase) return undefined;
    const { uploadId, key } = line;
    const before = rows.get(uploadId) ?? { uploadId, name: uploadId, percent: 0, phase: '' };
    const row = { ...before, phaseAt: undefined, ...(typeof key === 'string' ? { name: key } : {}), ...phase };
    rows.set(uploadId, row);
    return row;
  };
}
