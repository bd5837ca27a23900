import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Creates a directory that only its owner can enter. If it exists already, everybody else loses access to it. */
export function makePrivateDirectory(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
}

/**
 * Writes a file that only its owner can read. The write is atomic: other processes see the old text or the new text.
 */
export function writePrivateFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const partial = `${path}.partial`;
  writeFileSync(partial, text, { mode: 0o600 });
  // `mode` has no effect on a partial file that an earlier process left behind.
  chmodSync(partial, 0o600);
  renameSync(partial, path);
}
