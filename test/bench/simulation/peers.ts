import { ANSWER_SECONDS } from './pinterest-model.ts';
import type { SimulatedFile } from './worlds.ts';

/** Seconds to wait before the next poll. @param elapsedSeconds seconds since the upload */
type Wait = (elapsedSeconds: number, polls: number, file: SimulatedFile) => number;

/** Polling policies of other integrations. */
export const PEERS: Record<string, Wait> = {
  'every 5 s': () => 5,
  'every 20 s': () => 20,
  /** Starts with 5 s and doubles each wait. */
  exponential: (_elapsed, polls) => 5 * 2 ** polls,
  /** Knows when the file will be ready, and waits in whole seconds as a state machine does. */
  oracle: (_elapsed, _polls, { processingSeconds }) => Math.ceil(processingSeconds),
};

/** Polls the same files one by one with a peer's policy. */
export function askedBy<File extends SimulatedFile>(peer: Wait, files: File[]) {
  return files.map((file) => {
    let [elapsed, polls] = [0, 0];
    while (elapsed < file.processingSeconds) {
      elapsed += peer(elapsed, polls++, file) + ANSWER_SECONDS;
    }
    return { ...file, polls, lagSeconds: elapsed - file.processingSeconds };
  });
}
