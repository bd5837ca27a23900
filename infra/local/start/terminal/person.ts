import { escapeControls } from '../../../terminal/escape-controls.ts';
import type { ShownUpload } from './upload-progress.ts';

/** The user at the terminal, who reads stderr. Each text is one line. */
export interface Person {
  say(...lines: string[]): void;
  /** Shows the progress of an upload. */
  show(upload: ShownUpload): void;
  /** Replaces an upload's progress with its final text. */
  end(uploadId: string, text: string): void;
  /** Writes a line to stdout. */
  print(line: string): void;
  close(): void;
}

/** Escapes terminal control characters, because object keys and messages come from other people. */
export const withControlsEscaped = (person: Person): Person => ({
  say: (...lines) => person.say(...lines.map(escapeControls)),
  show: ({ name, phase, ...upload }) =>
    person.show({ ...upload, name: escapeControls(name), phase: escapeControls(phase) }),
  end: (uploadId, text) => person.end(uploadId, escapeControls(text)),
  print: (line) => person.print(escapeControls(line)),
  close: () => person.close(),
});

/** Writes plain lines, for example when stderr is a log file or a pipe. */
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
