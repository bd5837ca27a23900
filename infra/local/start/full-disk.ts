import { statfsSync } from 'node:fs';
import { sizeInWords } from '../../../shared/upload/size-words.ts';
import { isDiskFull } from '../aws/disk-full.ts';
import type { Person } from './terminal/person.ts';

/** The assembly of a start and its databases take a quarter of this. */
const NEEDED_BYTES = 16 * 1024 ** 2;

/** The disk of the state directory has no room. The message says which directory, how much is needed, and what to do. */
class FullDiskError extends Error {
  override readonly name = 'FullDiskError';

  constructor(stateDirectory: string, options?: ErrorOptions) {
    const free = freeBytes(stateDirectory);
    super(
      `The disk of ${stateDirectory} is full: ${sizeInWords(free)} is free, and npm start needs ${sizeInWords(NEEDED_BYTES)}. ` +
        'Free some space there, or set PINDROP_STATE_DIR to a directory on a larger disk, then run npm start again: it goes on with every dropped file.',
      options,
    );
  }
}

function freeBytes(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

/** @throws FullDiskError before anything is written that would be cut off */
export function requireDiskSpace(stateDirectory: string): void {
  if (freeBytes(stateDirectory) < NEEDED_BYTES) throw new FullDiskError(stateDirectory);
}

/** Takes an error of a full disk for what it is, whatever was being written. */
export const orFullDisk = (error: unknown, stateDirectory: string): unknown =>
  isDiskFull(error) ? new FullDiskError(stateDirectory, { cause: error }) : error;

/**
 * Ends the process when something that nobody waits for cannot be written, such as the state that an execution enters.
 * Nothing is lost: the next start goes on from what was written, as after a kill.
 */
export function endOnFullDisk(stateDirectory: string, person: Person): void {
  process.on('uncaughtException', (error) => {
    const { name, message, stack } = orFullDisk(error, stateDirectory) as Error;
    person.say(name === 'FullDiskError' ? message : (stack ?? message));
    person.close();
    process.exit(1);
  });
}
