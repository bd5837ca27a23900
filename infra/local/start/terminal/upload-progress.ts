import { UPLOAD_LOG } from '../../../../shared/upload/upload-log.ts';
import { type UploadLogLine, uploadLogLine } from '../../console/shared/upload-log-line.ts';

/** One upload as a person sees it. */
export interface ShownUpload {
  uploadId: string;
  /** The object's key. */
  name: string;
  /** Of the upload to Pinterest. */
  percent: number;
  /** What is happening, in a few words. */
  phase: string;
}

const PHASES: Record<string, (line: UploadLogLine) => { phase: string; percent?: number }> = {
  [UPLOAD_LOG.received]: ({ attempt }) => ({
    phase: attempt ? `taken up again (attempt ${Number(attempt) + 1})` : 'dropped',
  }),
  [UPLOAD_LOG.inspected]: () => ({ phase: 'looked inside' }),
  [UPLOAD_LOG.registered]: ({ mediaId }) => ({ phase: `registered as media ${mediaId}`, percent: 0 }),
  [UPLOAD_LOG.uploading]: ({ percent }) => ({ phase: `uploading ${percent} %`, percent: Number(percent) }),
  [UPLOAD_LOG.uploaded]: () => ({ phase: 'uploaded', percent: 100 }),
  [UPLOAD_LOG.processing]: ({ polls, waitSeconds }) => ({
    phase: `Pinterest is processing it (asked ${polls}×, again in ${waitSeconds} s)`,
    percent: 100,
  }),
  [UPLOAD_LOG.retrying]: ({ afterSeconds, because }) => ({ phase: `${because} Tried again in ${afterSeconds} s` }),
};

/**
 * Turns the functions' log lines into rows: the log is the one account of an upload, here as on AWS.
 * @returns a function that takes a line and gives the row that it changed, if it is one about an upload
 */
export function uploadProgress(): (line: string) => ShownUpload | undefined {
  const rows = new Map<string, ShownUpload>();
  return (text) => {
    const line = uploadLogLine(text);
    const phase = line && PHASES[line.message]?.(line);
    if (!line || !phase) return undefined;
    const { uploadId, key } = line;
    const before = rows.get(uploadId) ?? { uploadId, name: uploadId, percent: 0, phase: '' };
    const row = { ...before, ...(typeof key === 'string' ? { name: key } : {}), ...phase };
    rows.set(uploadId, row);
    return row;
  };
}
