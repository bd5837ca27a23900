import type { UploadLogLine } from '../shared/upload-log-line.ts';
import type { LogLine } from '../shared/wire.ts';

/** Lines to keep of one upload: enough for hours of retries, with about eight lines per retry. */
const LINES_OF_ONE = 500;
const UPLOADS = 1000;

/** Fields that are useful in a log store, but not in the log of one upload. */
const SURROUNDINGS = new Set([
  'message',
  'level',
  'timestamp',
  'service',
  'uploadId',
  'sampling_rate',
  'xray_trace_id',
  'cold_start',
  'function_name',
  'function_arn',
  'function_memory_size',
  'function_request_id',
]);

/** Keeps the log lines of the most recent uploads until the process ends. On AWS, CloudWatch keeps the lines. */
export class KeptLog {
  readonly #uploads = new Map<string, { lines: LogLine[]; cut: boolean }>();

  add(functionName: string, line: UploadLogLine): void {
    const { uploadId, message, level = 'INFO', timestamp = new Date().toISOString() } = line;
    const kept = this.#uploads.get(uploadId) ?? { lines: [], cut: false };
    // Re-insert to keep LRU order: the least recently written upload is evicted first.
    this.#uploads.delete(uploadId);
    this.#uploads.set(uploadId, kept);
    const details = Object.fromEntries(Object.entries(line).filter(([name]) => !SURROUNDINGS.has(name)));
    kept.lines.push({ at: timestamp, level, functionName, message, details });
    if (kept.lines.length > LINES_OF_ONE) {
      kept.lines.shift();
      kept.cut = true;
    }
    const [oldest] = this.#uploads.keys();
    if (this.#uploads.size > UPLOADS && oldest !== undefined) this.#uploads.delete(oldest);
  }

  of(uploadId: string): { lines: LogLine[]; cut: boolean } {
    return this.#uploads.get(uploadId) ?? { lines: [], cut: false };
  }
}
