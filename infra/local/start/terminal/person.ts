import { escapeControls } from '../../../terminal/escape-controls.ts';
import type { ShownUpload } from './upload-progress.ts';

/** The person at the terminal, who reads stderr. Each text is one line. */
export interface Person {
  say(...lines: string[]): void;
  /** Shows how far an upload is. */
  show(upload: ShownUpload): void;
  /** Ends an upload's row with how it ended. */
  end(uploadId: string, text: string): void;
  /** Writes a line to stdout. */
  print(line: string): void;
  close(): void;
}

/** Escapes what a terminal would obey: keys and messages come from others. */
export const withControlsEscaped = (person: Person): Person => ({
  say: (...lines) => person.say(...lines.map(escapeControls)),
  show: ({ name, phase, ...upload }) =>
    person.show({ ...upload, name: escapeControls(name), phase: escapeControls(phase) }),
  end: (uploadId, text) => person.end(uploadId, escapeControls(text)),
  print: (line) => person.print(escapeControls(line)),
  close: () => person.close(),
});

/** Plain lines: for a log, a pipe, or a terminal that cannot do more. */
export function plainPerson(stdout: NodeJS.WritableStream, stderr: NodeJS.WritableStream): Person {
  const last = new Map<string, string>();
  return {
    say: (...lines) => void stderr.write(lines.map((line) => `${line}\n`).join('')),
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
