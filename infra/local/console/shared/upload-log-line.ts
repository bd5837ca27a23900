/** A log line of a function about one upload. */
export interface UploadLogLine {
  message: string;
  uploadId: string;
  /** ISO 8601 UTC */
  timestamp?: string;
  level?: string;
  [detail: string]: unknown;
}

/** @returns undefined if the text is not a log line about an upload */
export function uploadLogLine(text: string): UploadLogLine | undefined {
  try {
    const line = JSON.parse(text);
    return typeof line?.message === 'string' && typeof line?.uploadId === 'string' ? line : undefined;
  } catch {
    return undefined;
  }
}
