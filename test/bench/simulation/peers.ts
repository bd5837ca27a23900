import { ANSWER_SECONDS } from './pinterest-model.ts';
import type { SimulatedFile } from './worlds.ts';

/** Seconds to wait before the next question, by those since the upload. */
type Wait = (elapsedSeconds: number, polls: number, file: SimulatedFile) => number;

/** How others ask. */
export const PEERS: Record<string, Wait> = {
  'every 5 s': () => 5,
  'every 20 s': () => 20,
  /** Waits that double from 5 s. */
  exponential: (_elapsed, polls) => 5 * 2 ** polls,
  /** Knows when the file will be ready, and waits in whole seconds as a state machine does. */
  oracle: (_elapsed, _polls, { processingSeconds }) => Math.ceil(processingSeconds),
};

/** The same files, asked about one by one in another way. */
export function askedBy<File extends SimulatedFile>(peer: Wait, files: File[]) {
  return files.map((file) => {
    let [elapsed, polls] = [0, 0];
    while (elapsed < file.processingSeconds) {
      elapsed += peer(elapsed, polls++, file) + ANSWER_SECONDS;
    }
    return { ...file, polls, lagSeconds: elapsed - file.processingSeconds };
  });
}
