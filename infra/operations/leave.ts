import type { FilesOnTheWay } from './files-on-the-way.ts';

export interface LeavePorts {
  count: () => Promise<FilesOnTheWay>;
  say: (line: string) => void;
  /** Asks the user a question. Undefined when there is no terminal. */
  ask?: (question: string) => Promise<string>;
  pause: () => Promise<void>;
}

/**
 * Asks the user whether the stack may be deleted while files have no final event yet.
 * @param force true when the user allowed the deletion on the command line
 * @returns true when the stack may be deleted
 */
export async function mayLeave({ count, say, ask, pause }: LeavePorts, force: boolean): Promise<boolean> {
  let files = await count();
  if (total(files) === 0) return true;
  const pinless = files.pins === 0 ? '' : ' Waiting Pins are not published; pindrop list shows them.';
  say(
    `${inWords(files)}. If you delete the stack now, files on the way get no final event; all files stay in the bucket.${pinless}`,
  );
  if (force) return true;
  if (!ask) {
    say('Wait until they have ended, or add --force to delete the stack now.');
    return false;
  }
  const answer = (await ask('Wait for them, delete the stack now, or cancel? [w/d/C] ')).trim().toLowerCase();
  if (answer === 'd') return true;
  if (answer !== 'w') return false;
  while (total(files) > 0) {
    await pause();
    const before = inWords(files);
    files = await count();
    if (inWords(files) !== before) say(`${inWords(files)}.`);
  }
  return true;
}

const total = ({ pins, ...files }: FilesOnTheWay) => onTheWay(files) + pins;
const onTheWay = ({ queued, followed, deadLetters }: Omit<FilesOnTheWay, 'pins'>) => queued + followed + deadLetters;

function inWords(files: FilesOnTheWay): string {
  const { queued, followed, deadLetters, pins } = files;
  const count = onTheWay(files);
  const dead = deadLetters === 0 ? '' : `, ${deadLetters} in the dead-letter queue`;
  const parts = `${queued} in the queue, ${followed} with Pinterest${dead}`;
  const waiting = pins === 0 ? '' : ` and ${pins} ${pins === 1 ? 'Pin waits' : 'Pins wait'}`;
  return `${count} ${count === 1 ? 'file is' : 'files are'} on the way (${parts})${waiting}`;
}
