import { statfsSync } from 'node:fs';
import { sizeInWords } from '../../../shared/upload/size-words.ts';
import { isDiskFull } from '../aws/disk-full.ts';
import type { Person } from './terminal/person.ts';

/** A start needs a quarter of this for its assembly and databases. */
const NEEDED_BYTES = 16 * 1024 ** 2;

/** The disk of the state directory is full. The message names the directory, the space needed, and what to do. */
class FullDiskError extends Error {
  override readonly name = 'FullDiskError';

  constructor(stateDirectory: string, options?: ErrorOptions) {
    const free = freeBytes(stateDirectory);
    super(
      `The disk of ${stateDirectory} is full: ${sizeInWords(free)} is free, and npm start needs ${sizeInWords(NEEDED_BYTES)}. ` +
        'Free some space there, or set PINDROP_STATE_DIR to a directory on a larger disk, then run npm start again: it continues with every dropped file.',
      options,
    );
  }
}

function freeBytes(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

/** @throws FullDiskError when too little space is free. Call it before the first write, so that no file is truncated */
export function requireDiskSpace(stateDirectory: string): void {
  if (freeBytes(stateDirectory) < NEEDED_BYTES) throw new FullDiskError(stateDirectory);
}

/** Converts any error that reports a full disk to a FullDiskError. Returns other errors unchanged. */
export const orFullDisk = (error: unknown, stateDirectory: string): unknown =>
  isDiskFull(error) ? new FullDiskError(stateDirectory, { cause: error }) : error;

/**
 * Ends the process after an uncaught error. A full disk causes such an error when a write fails that no code awaits,
 * for example the state that an execution enters. Nothing is lost: the next start continues from the stored data, as
 * after a kill.
 */
export function endOnFullDisk(stateDirectory: string, person: Person): void {
  process.on('uncaughtException', (error) => {
    const { name, message, stack } = orFullDisk(error, stateDirectory) as Error;
    person.say(name === 'FullDiskError' ? message : (stack ?? message));
    person.close();
    process.exit(1);
  });
}
