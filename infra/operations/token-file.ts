import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Its name in the state directory: the tokens of `npm start`, when a person has signed in with `--local`. */
export const TOKEN_FILE = 'tokens.json';

/** Writes tokens so that only their owner can read them, and never half of them. */
export function writeTokenFile(path: string, secret: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const partial = `${path}.partial`;
  writeFileSync(partial, `${secret}\n`, { mode: 0o600 });
  // The mode above only holds for a file that was not there.
  chmodSync(partial, 0o600);
  renameSync(partial, path);
}
