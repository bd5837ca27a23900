import type { UploadRow } from './upload-progress.ts';

/** Whoever reads stderr. */
export interface Person {
  /** Says a sentence, or several lines. */
  say(text: string): void;
  /** Shows how far an upload is. */
  show(row: UploadRow): void;
  /** Ends an upload's row with how it ended. */
  end(uploadId: string, text: string): void;
  /** Writes a line to stdout in between. */
  print(line: string): void;
  close(): void;
}

/** Plain lines: for a log, a pipe, or a terminal that cannot do more. */
export function plainPerson(stdout: NodeJS.WritableStream, stderr: NodeJS.WritableStream): Person {
  const last = new Map<string, string>();
  return {
    say: (text) => void stderr.write(`${text}\n`),
    show({ uploadId, name, phase }) {
      if (last.get(uploadId) === phase) return;
      last.set(uploadId, phase);
      stderr.write(`${name}: ${phase}\n`);
    },
    end(uploadId, text) {
      last.delete(uploadId);
      stderr.write(`${text}\n`);
    },
    print: (line) => void stdout.write(`${line}\n`),
    close() {},
  };
}
